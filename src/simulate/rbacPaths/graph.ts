import type { PolicyRule } from '#model/objects/access.ts'
import { isEverything } from '../rbacCover.ts'
import type { Grant } from '../rbacGrants.ts'
import { canonical, identityOf, type NamedSubject, subjectKey } from '../rbacNamed.ts'
import type { RightVia } from '../rbacRights.ts'
import { roleOf } from '../rbacWho.ts'
import { ANY_PLACE, everythingIn, GOAL, groupNode, roleHub } from './hubs.ts'
import { type Index, indexOf } from './indexes.ts'
import { holdings } from './powers.ts'
import { admissionSteps, certificateSteps, impersonateSteps, nodeSteps } from './steps/others.ts'
import { nodeThroughPods, podSteps, tokenSteps } from './steps/pods.ts'
import { roleSteps } from './steps/roles.ts'
import { structure } from './structure.ts'
import type { Edge } from './types.ts'
import type { World } from './world.ts'

/** Edges out of each node. */
export type Graph = ReadonlyMap<string, readonly Edge[]>

interface Given {
  readonly grant: Grant
  readonly via: Omit<RightVia, 'rule'>
}

/** A subject with groups that no object shows. */
export interface Asked {
  readonly subject: NamedSubject
  readonly groups: readonly string[]
}

/** The graph of who can become whom. Its size follows what was read: powers over many lead through hubs. */
export function graphOf(world: World, asked?: Asked): Graph {
  const graph = new Map<string, readonly Edge[]>(structure(world))
  const given = givenTo(world.grants)
  const more = asked === undefined ? [] : asked.groups.map(groupNode)
  const askedNode = asked === undefined ? '' : subjectKey(asked.subject)
  if (asked !== undefined) {
    if (!given.has(askedNode)) given.set(askedNode, { subject: asked.subject, grants: [] })
    const groups = [...groupsOf(asked.subject), ...more].filter((g) => g !== askedNode).map((to) => ({ to }))
    graph.set(askedNode, [...(graph.get(askedNode) ?? []), ...groups])
  }
  graph.set(groupNode('system:masters'), [{ to: GOAL }])
  const hold = holdings()
  const index = indexOf(world)
  const stepsFrom = (grants: Parameters<ReturnType<typeof holdings>>[0], own: readonly Grant[]): readonly Edge[] => {
    const holding = hold(grants)
    return [
      ...podSteps(holding, world, index),
      ...tokenSteps(holding, index),
      ...nodeThroughPods(holding, world),
      ...roleSteps(holding, index, own),
      ...impersonateSteps(holding, index),
      ...nodeSteps(holding),
      ...certificateSteps(holding),
      ...admissionSteps(holding, world),
    ]
  }
  for (const [node, { subject, grants }] of given) {
    const groups = new Set([...groupsOf(subject), ...(node === askedNode ? more : [])])
    groups.delete(node)
    const all = [...grants, ...[...groups].flatMap((group) => given.get(group)?.grants ?? [])]
    const own = all.map((g) => g.grant)
    const isAdmin = all.some(({ grant }) => grant.scope.kind === 'cluster' && grant.rules.some(isEverything))
    const edges = isAdmin ? [{ to: GOAL }] : stepsFrom(all, own)
    graph.set(node, [...(graph.get(node) ?? []), ...edges])
  }
  const lent = (rules: readonly PolicyRule[], namespace: string | undefined) => {
    const scope = namespace === undefined ? ({ kind: 'cluster' } as const) : ({ kind: 'namespace', namespace } as const)
    return stepsFrom([{ grant: { rules, scope } }], [])
  }
  lend(graph, (node) => lentAt(node, lent, index, world))
  return graph
}

/** Roles that some edge leads to, until no new one is found. */
function lend(graph: Map<string, readonly Edge[]>, lentAt: (node: string) => readonly Edge[]): void {
  const queue = [...graph.values()].flatMap((edges) => edges.map((e) => e.to))
  const done = new Set<string>()
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (done.has(node)) continue
    done.add(node)
    const edges = lentAt(node)
    if (edges.length === 0) continue
    graph.set(node, [...(graph.get(node) ?? []), ...edges])
    for (const { to } of edges) queue.push(to)
  }
}

const ALL: readonly PolicyRule[] = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] }]

type Lent = (rules: readonly PolicyRule[], namespace: string | undefined) => readonly Edge[]

function lentAt(node: string, lent: Lent, { clusterRoles }: Index, { roles, namespaces }: World): readonly Edge[] {
  const everywhere = (hub: (namespace: string) => string) => [...namespaces].map((namespace) => ({ to: hub(namespace) }))
  if (node.startsWith(everythingIn(''))) {
    const place = node.slice(everythingIn('').length)
    return place === ANY_PLACE ? everywhere(everythingIn) : lent(ALL, place)
  }
  const [, kind, place = '*', name = ''] = /^#role\/(ClusterRole|Role)\/([^/]+)\/(.*)$/.exec(node) ?? []
  if (kind === undefined) return []
  if (place === ANY_PLACE) return everywhere((namespace) => roleHub(kind, name, namespace))
  return lent((kind === 'Role' ? roles.get(place)?.get(name) : clusterRoles.get(name)) ?? [], place === '*' ? undefined : place)
}

/** The grants of each subject that a binding names. */
function givenTo(grants: readonly Grant[]): Map<string, { readonly subject: NamedSubject; readonly grants: Given[] }> {
  const found = new Map<string, { subject: NamedSubject; grants: Given[] }>()
  for (const grant of grants) {
    if (grant.rules.length === 0) continue
    const named = grant.subjects.flatMap((s) => canonical(s, grant.meta.namespace) ?? [])
    for (const [key, subject] of new Map(named.map((s) => [subjectKey(s), s]))) {
      const one = { grant, via: { binding: grant.binding, role: roleOf(grant), to: subject } }
      const known = found.get(key)
      if (known === undefined) found.set(key, { subject, grants: [one] })
      else known.grants.push(one)
    }
  }
  return found
}

/** The groups that a subject is in by itself, as nodes. */
export function groupsOf(subject: NamedSubject): readonly string[] {
  return identityOf(subject).groups.map(groupNode)
}
