import type { z } from 'zod'
import type { Subject } from '#model/objects/access.ts'
import type { Answers } from '#model/questions.ts'
import { isSystemNamespace, itemsOf, type State } from '#model/state.ts'
import { EVERYBODY } from '#simulate/rbacDefaults.ts'
import type { Grant } from '#simulate/rbacGrants.ts'
import { accountOf } from '#simulate/rbacSubjects.ts'
import { seenWhole } from '../shared/cluster.ts'
import { grantsIn } from '../shared/grants.ts'
import type { Opened } from '../shared/opened.ts'
import { onlyRisks, risksOf } from '../shared/risks.ts'
import type { questions } from './questions.ts'
import { labelIn, movable } from './target.ts'

/** The binding that the finding is about, or else the most telling risky one; and where its subjects live. */
export function defaults(state: State, finding?: Opened, given: Answers = {}): Partial<z.input<typeof questions>> {
  const grant = typeof given.binding === 'string' ? grantNamed(state, given) : (grantOfFinding(state, finding) ?? riskiest(state))
  if (grant === undefined) return { bindingScope: 'cluster', preset: 'read-only', newScope: 'namespace' }
  // Findings about subjects (nobody, everybody, gone) are about these alone; the others keep their rights.
  const unfit = finding?.path === 'subjects' ? grant.subjects.filter((s) => isUnfit(state, grant, s)) : []
  const moved = unfit.length > 0 ? unfit : movable(grant)
  // A role that gives the risky right alone leaves no harmless use to keep.
  const nothingInstead =
    grant.role === 'missing' || onlyRisks(grant.rules) || moved.length === 0 || moved.every((s) => isUnfit(state, grant, s))
  return {
    bindingScope: grant.scope.kind,
    bindingNamespace: grant.binding.namespace,
    binding: grant.binding.name,
    moveSubjects: moved.map((s) => labelIn(grant, s)),
    preset: nothingInstead ? 'none' : 'read-only',
    newScope: 'namespace',
    inNamespaces: namespacesOf(state, grant, moved),
  }
}

/** The binding that was named already: all other suggestions are about it. */
function grantNamed(state: State, { binding, bindingScope, bindingNamespace }: Answers): Grant | undefined {
  return grantsIn(state).find(
    (g) =>
      g.binding.name === binding &&
      (bindingScope === undefined || g.scope.kind === bindingScope) &&
      (bindingNamespace === undefined || bindingNamespace === '' || g.binding.namespace === bindingNamespace),
  )
}

/** Nothing takes the place of rights that everybody, nobody or somebody gone holds. */
function isUnfit(state: State, grant: Grant, subject: Subject): boolean {
  if (subject.kind !== 'ServiceAccount')
    return EVERYBODY.has(subject.name) || subject.name === 'system:masters' || subject.name.startsWith('system:serviceaccounts:')
  const account = accountOf(subject, grant.meta.namespace)
  const exists = itemsOf(state, 'serviceAccounts').some(
    (s) => s.metadata.name === account?.name && s.metadata.namespace === account?.namespace,
  )
  return !exists && seenWhole(state, 'serviceAccounts')
}

/** Checks name the binding; a role or a subject leads to the first risky binding of it. */
function grantOfFinding(state: State, finding: Opened): Grant | undefined {
  const object = finding?.object
  if (object === undefined) return undefined
  const grants = grantsIn(state)
  if (object.kind.endsWith('RoleBinding'))
    return grants.find((g) => g.binding.name === object.name && g.binding.namespace === object.namespace)
  const risky = grants.filter((g) => movable(g).length > 0 && isRisky(g))
  if (object.kind === 'ServiceAccount')
    return risky.find((g) =>
      g.subjects.some((s) => {
        const account = accountOf(s, g.meta.namespace)
        return account?.name === object.name && account.namespace === object.namespace
      }),
    )
  return risky.find(
    (g) =>
      g.roleRef.kind === object.kind &&
      g.roleRef.name === object.name &&
      (object.kind === 'ClusterRole' || g.meta.namespace === object.namespace),
  )
}

function isRisky(grant: Grant): boolean {
  return grant.role === 'missing' || risksOf(grant.rules).length > 0
}

/** Opened without a finding: a cluster-admin binding first, then any other risk. */
function riskiest(state: State): Grant | undefined {
  const risky = grantsIn(state).filter((g) => movable(g).length > 0 && isRisky(g))
  return risky.find((g) => g.roleRef.name === 'cluster-admin') ?? risky[0]
}

/** Where the subjects' service accounts live; for people, where the binding is. */
function namespacesOf(state: State, grant: Grant, moved: readonly Subject[]): string[] {
  if (grant.scope.kind === 'namespace') return [grant.scope.namespace]
  const homes = moved.flatMap((s) => accountOf(s)?.namespace ?? [])
  const known = new Set(itemsOf(state, 'namespaces').map((n) => n.metadata.name))
  return [...new Set(homes)].filter((n) => !isSystemNamespace(n) && (known.size === 0 || known.has(n))).toSorted()
}
