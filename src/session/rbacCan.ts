import { sightOf } from '#evaluate/see.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import type { Item } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { State } from '#model/state.ts'
import { type Params, say } from '#model/text.ts'
import { grantsFor } from '#simulate/rbacGrants.ts'
import { identityOf, type NamedSubject, namedSubject } from '#simulate/rbacNamed.ts'
import { type HeldRights, rightsOf } from '#simulate/rbacRights.ts'
import type { Identity } from '#simulate/rbacSubjects.ts'
import { gapsOf, grantsIn, RBAC_READS } from './whoCan.ts'

export interface CanAsked {
  readonly subject: string
  /** Groups besides those that come by themselves: of people they are in no object. */
  readonly groups: readonly string[]
  /** Only this namespace, and what holds cluster-wide. */
  readonly namespace?: string
}

/** A risk of the catalogue that a subject holds, in the words of the check that knows it. */
export interface HeldRisk {
  readonly check: string
  /** R01 to R43 of the catalogue of RBAC risks. */
  readonly risks: readonly string[]
  readonly severity: string
  readonly title: string
  readonly why: string
  /** One sentence for each binding. */
  readonly held: readonly string[]
}

export interface CanAnswer extends HeldRights {
  readonly subject: NamedSubject
  readonly groups: readonly string[]
  readonly risks: readonly HeldRisk[]
  readonly notes: readonly string[]
  readonly gaps: readonly Gap[]
}

/** A subject as it was typed; HardenError `usage` for what names nobody. */
export function subjectAsked(text: string): NamedSubject {
  const subject = namedSubject(text)
  if (subject !== undefined) return subject
  throw new HardenError(
    'usage',
    `${text} names no subject.`,
    'Give user:NAME, group:NAME, sa:NAMESPACE/NAME, or a name as the audit log has it.',
  )
}

/** What a subject may do, as the API server's RBAC authorizer would answer, through what, and what of it is a risk. */
export function rbacCan(state: State, checks: readonly Check[], asked: CanAsked, now: Date): CanAnswer {
  const subject = subjectAsked(asked.subject)
  const identity = identityOf(subject, asked.groups)
  const rights = rightsOf(grantsIn(state), identity)
  return {
    subject,
    groups: identity.groups.filter((group) => subject.kind !== 'Group' || group !== subject.name),
    clusterWide: rights.clusterWide,
    namespaces: rights.namespaces.filter(({ name }) => asked.namespace === undefined || name === asked.namespace),
    risks: risksOf(ownState(state, subject, identity, asked.namespace), checks, now),
    notes: notesOn(subject, identity),
    gaps: gapsOf(state, RBAC_READS, asked.namespace),
  }
}

/** What a subject's kind says about the answer. */
export function notesOn(subject: NamedSubject, identity: Identity): readonly string[] {
  const notes: string[] = []
  if (identity.groups.includes('system:masters'))
    notes.push('Members of system:masters may do everything, before RBAC is asked; no binding shows or takes it.')
  if (identity.groups.includes('system:nodes'))
    notes.push('Nodes have rights besides these from the Node authorizer, on what is bound to them.')
  if (subject.kind === 'User' && !subject.name.startsWith('system:'))
    notes.push('The groups of a user are in no object of the cluster: name those of its certificate or sign-in with --group.')
  return notes
}

/**
 * The checks of risky rights, run on the bindings of this identity alone. They are given its own name as the only subject, and
 * nothing that marks a binding as the cluster's own: here it was asked for.
 */
function risksOf(own: State, checks: readonly Check[], now: Date): readonly HeldRisk[] {
  return checks.flatMap((check) => {
    const { risk } = check.controls
    if (risk === undefined || !check.reads.every((kind) => READ.has(kind)) || ABOUT_SUBJECTS.has(check.id)) return []
    const { seen } = sightOf(own, check)
    if (seen === undefined) return []
    const fails = [...check.evaluate(seen, { now, cluster: own.cluster, complete: true })].filter((f) => f.status === 'fail')
    if (fails.length === 0) return []
    const sentence = (message: string, params: Params = {}) => say(check.messages[message] ?? { en: message }, 'en', params)
    const held = [...new Set(fails.map((f) => sentence(f.message, f.params)))]
    return [{ check: check.id, risks: risk, severity: check.severity, title: say(check.text.title), why: say(check.text.why), held }]
  })
}

const READ: ReadonlySet<string> = new Set(RBAC_READS)
/** These speak of who is bound, not of what a right is worth. */
const ABOUT_SUBJECTS: ReadonlySet<string> = new Set(['access/anonymous-bindings', 'access/dangling-bindings', 'access/masters-group'])

function ownState(state: State, subject: NamedSubject, identity: Identity, namespace: string | undefined): State {
  const own = new Set(grantsFor(grantsIn(state), identity).map((grant) => grant.meta))
  const subjects = [subject]
  const only = <T extends Item<'roleBindings'>>(items: readonly T[]): readonly T[] =>
    items
      .filter(
        (b) => own.has(b.metadata) && (namespace === undefined || b.metadata.namespace === undefined || b.metadata.namespace === namespace),
      )
      .map((b) => ({ ...b, metadata: { ...b.metadata, labels: {}, name: `of ${b.metadata.name}` }, subjects }))
  const { clusterRoleBindings, roleBindings } = state.kinds
  return {
    ...state,
    kinds: {
      ...state.kinds,
      ...(clusterRoleBindings === undefined
        ? {}
        : { clusterRoleBindings: { ...clusterRoleBindings, items: only(clusterRoleBindings.items) } }),
      ...(roleBindings === undefined ? {} : { roleBindings: { ...roleBindings, items: only(roleBindings.items) } }),
    },
  }
}
