import { HardenError } from '#model/errors.ts'
import type { PolicyRule } from '#model/objects/access.ts'
import type { Gap } from '#model/right.ts'
import type { State } from '#model/state.ts'
import { coverOf, type Wanted } from '#simulate/rbacCover.ts'
import { identityOf, type NamedSubject } from '#simulate/rbacNamed.ts'
import { reachOf } from '#simulate/rbacPaths/paths.ts'
import type { Step } from '#simulate/rbacPaths/types.ts'
import { worldOf } from '#simulate/rbacPaths/world.ts'
import { type HeldRights, rightsOf } from '#simulate/rbacRights.ts'
import type { Leaked } from './leaked.ts'
import { notesOn, subjectAsked } from './rbacCan.ts'
import { notesOnWorld, PATH_READS } from './rbacPaths.ts'
import { revocation } from './revocation.ts'
import { gapsOf, grantsIn } from './whoCan.ts'

export interface ReachAsked {
  readonly subject?: string
  readonly groups: readonly string[]
  readonly leaked?: Leaked
}

/** Where something holds: everywhere, or in these namespaces; on named objects only where names are given. */
export interface Places {
  readonly everywhere: boolean
  readonly namespaces: readonly string[]
  readonly named: readonly string[]
}

export interface ReachAnswer {
  readonly subject: NamedSubject
  readonly groups: readonly string[]
  readonly credential?: Leaked
  readonly rights: HeldRights
  /** Whose Secrets it reads. */
  readonly secrets: Places
  /** Where it makes or changes what runs. */
  readonly workloads: Places
  /** Everybody it can become, nearest first. */
  readonly identities: readonly { readonly subject: NamedSubject; readonly steps: readonly Step[] }[]
  /** The way to cluster-admin; empty where it is that; undefined where none is known. */
  readonly admin?: readonly Step[]
  /** What takes it away, in the order in which it is done. */
  readonly revoke: readonly string[]
  readonly notes: readonly string[]
  readonly gaps: readonly Gap[]
}

/** What somebody reaches who holds a credential: its rights, what they open, whom it can become, and how it is taken away. */
export function rbacReach(state: State, asked: ReachAsked, now: Date): ReachAnswer {
  const { subject, groups } = whoIs(asked)
  const identity = identityOf(subject, groups)
  const grants = grantsIn(state)
  const world = worldOf(state, grants)
  const rights = rightsOf(grants, identity)
  const reached = reachOf(world, { subject, groups: identity.groups })
  return {
    subject,
    groups: identity.groups.filter((g) => subject.kind !== 'Group' || g !== subject.name),
    ...(asked.leaked === undefined ? {} : { credential: asked.leaked }),
    rights,
    secrets: placesOf(rights, SECRETS),
    workloads: placesOf(rights, WORKLOADS),
    ...reached,
    revoke: revocation(subject, identity, asked.leaked, grants, now),
    notes: [...notesOn(subject, identity), ...notesOnWorld(world)],
    gaps: gapsOf(state, PATH_READS),
  }
}

function whoIs({ subject: text, groups, leaked }: ReachAsked): { readonly subject: NamedSubject; readonly groups: readonly string[] } {
  if (text !== undefined)
    return { subject: subjectAsked(text), groups: [...groups, ...(leaked !== undefined && 'groups' in leaked ? leaked.groups : [])] }
  if (leaked === undefined) throw new HardenError('usage', 'Nobody is named.', 'Give SUBJECT, --token FILE or --certificate FILE.')
  if (leaked.kind !== 'other-token') return { subject: leaked.subject, groups: [...groups, ...leaked.groups] }
  throw new HardenError(
    'usage',
    'This token is of a sign-in outside the cluster: which user and groups it stands for, the API server’s configuration says.',
    'Give SUBJECT and --group as well.',
  )
}

const wants = (verbs: readonly string[], group: string, ...resources: readonly string[]): readonly Wanted[] =>
  resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })))
const WRITE = ['create', 'update', 'patch', 'delete']
const SECRETS = wants(['get', 'list', 'watch'], '', 'secrets')
const WORKLOADS = [
  ...wants(WRITE, '', 'pods', 'replicationcontrollers'),
  ...wants(WRITE, 'apps', 'deployments', 'daemonsets', 'statefulsets', 'replicasets'),
  ...wants(WRITE, 'batch', 'jobs', 'cronjobs'),
]

function placesOf({ clusterWide, namespaces }: HeldRights, wanted: readonly Wanted[]): Places {
  const all = (rules: readonly PolicyRule[]) => rules.some((rule) => wanted.some((w) => coverOf(rule, w)?.on === 'all'))
  const names = (rules: readonly PolicyRule[], at: string) =>
    rules.flatMap((rule) => (wanted.some((w) => coverOf(rule, w)?.on === 'names') ? rule.resourceNames.map((name) => `${at}/${name}`) : []))
  return {
    everywhere: all(clusterWide),
    namespaces: namespaces.filter((ns) => all(ns.rules)).map((ns) => ns.name),
    named: [...new Set([...names(clusterWide, '*'), ...namespaces.flatMap((ns) => names(ns.rules, ns.name))])],
  }
}
