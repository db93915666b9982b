import type { Kind } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'
import { refTo } from '../workloadsRefs.ts'
import { enforcementIn, type NetworkEnforcement } from './cni.ts'
import { type NodeEnd, nodeEnd, type PodEnd, podEnds } from './endpoints.ts'
import { FOREIGN_KINDS, foreignOf } from './foreign.ts'
import { COMMON, type Dialect } from './match.ts'
import { type ForeignPolicy, type World, worldOf } from './world.ts'

/** What has to be read to say who may connect to whom. */
export const NETWORK_READS = [
  'namespaces',
  'pods',
  'nodes',
  'services',
  'networkPolicies',
  'daemonSets',
  'deployments',
  'statefulSets',
  'cronJobs',
  'jobs',
  ...FOREIGN_KINDS,
] as const satisfies readonly Kind[]

/** A cluster as connections see it. */
export interface NetworkModel {
  readonly world: World
  readonly ends: readonly (PodEnd | NodeEnd)[]
  readonly nodes: readonly NodeEnd[]
  readonly enforcement: NetworkEnforcement
}

export function modelOf(state: State): NetworkModel {
  const enforcement = enforcementIn(itemsOf(state, 'daemonSets'))
  const namespaces = new Map(itemsOf(state, 'namespaces').map((n) => [n.metadata.name, n.metadata.labels]))
  const lists = Object.fromEntries(FOREIGN_KINDS.map((kind) => [kind, itemsOf(state, kind)]))
  const foreign = [...foreignOf(lists, (name) => namespaces.get(name)), ...unreadForeign(state)]
  const nodes = itemsOf(state, 'nodes')
  return {
    world: worldOf(itemsOf(state, 'networkPolicies'), {
      namespaces,
      dialect: dialectOf(enforcement.by),
      unseen: (namespace) => isUnseen(state, 'networkPolicies', namespace),
      foreign,
    }),
    ends: podEnds(itemsOf(state, 'pods'), nodes),
    nodes: nodes.map(nodeEnd),
    enforcement,
  }
}

/** kube-router holds traffic to the own node against the policies (tried); for Cilium a block is what lies outside. */
function dialectOf(by: string | undefined): Dialect {
  if (by === 'kube-router') return { toOwnNode: 0, blocksHoldCluster: 2 }
  return by?.startsWith('Cilium') === true ? { toOwnNode: 1, blocksHoldCluster: 1 } : COMMON
}

/** Could objects of this kind be there, in this namespace, that were not seen? */
function isUnseen(state: State, kind: Kind, namespace: string): boolean {
  const collected = state.kinds[kind]
  if (collected === undefined) return kind === 'networkPolicies'
  if (collected.onlyNamespaces?.includes(namespace) === true) return collected.gaps.some((g) => g.namespace === namespace)
  return collected.gaps.some((gap) => gap.namespace === undefined || gap.namespace === namespace)
}

/** A kind that is served and may not be listed: whom its policies select is not known. */
function unreadForeign(state: State): ForeignPolicy[] {
  return FOREIGN_KINDS.filter((kind) => (state.kinds[kind]?.gaps.length ?? 0) > 0).map((kind) => ({
    ref: { ...refTo(kind, { metadata: { name: '(not readable)' } } as never) },
    affects: (own) => own.kind === 'pod' && isUnseen(state, kind, own.namespace),
  }))
}
