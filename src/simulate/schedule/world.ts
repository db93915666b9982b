import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import type { Labels } from '../selectors.ts'
import { type Amounts, addAmounts, amountsOf, podRequests } from './amounts.ts'
import { type Guard, guardsOf } from './terms.ts'

/** A pod as the scheduler looks at it, running or to be placed. */
export interface PodView {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  readonly spec: PodSpec
  readonly requests: Amounts
  readonly priority: number
  readonly guards: readonly Guard[]
  /** On its way out: it still takes its room, but is not counted when pods are spread. */
  readonly ending: boolean
}

/** A node and the pods on it. */
export interface NodeView {
  readonly name: string
  readonly labels: Labels
  readonly taints: readonly Taint[]
  readonly unschedulable: boolean
  readonly allocatable: Amounts
  readonly pods: readonly PodView[]
  /** Those of its pods that will not have others beside them. */
  readonly guarded: readonly PodView[]
  readonly used: Amounts
}

export interface Taint {
  readonly key: string
  readonly value?: string | undefined
  readonly effect: string
}

/** Everything that a placement depends on besides the pod itself. */
export interface World {
  readonly nodes: readonly NodeView[]
  /** Labels of namespaces, for terms that select namespaces. */
  readonly namespaces: ReadonlyMap<string, Labels>
  readonly volumes: Volumes
  readonly exclusions: Exclusions
}

/**
 * How a new pod's terms that shut out namespaces (`NotIn`, `DoesNotExist`) are understood. From 1.34 on kube-scheduler took them
 * to shut out none, until it was put right in later patches (kubernetes#141526): there, a place counts only where both allow it.
 */
export type Exclusions = 'as-written' | 'ignored' | 'either'

/** Claims by `namespace/name` and volumes by name; undefined where they could not be read. */
export interface Volumes {
  readonly claims: ReadonlyMap<string, Item<'persistentVolumeClaims'>> | undefined
  readonly volumes: ReadonlyMap<string, Item<'persistentVolumes'>> | undefined
}

/** A pod, with what its terms mean among these namespaces. */
export function podView(pod: Item<'pods'>, namespaces: World['namespaces']): PodView {
  const { labels, name, namespace = 'default' } = pod.metadata
  return {
    namespace,
    name,
    labels,
    spec: pod.spec,
    requests: podRequests(pod.spec),
    priority: pod.spec.priority ?? 0,
    guards: guardsOf({ namespace, labels }, pod.spec, namespaces),
    ending: pod.metadata.deletionTimestamp !== undefined,
  }
}

/** The nodes of a cluster with what runs on them. */
export function nodeViews(nodes: readonly Item<'nodes'>[], running: readonly PodView[]): readonly NodeView[] {
  const byNode = Map.groupBy(running, (pod) => pod.spec.nodeName ?? '')
  return nodes.map((node) =>
    withPods(
      {
        name: node.metadata.name,
        labels: node.metadata.labels,
        taints: node.spec.taints,
        unschedulable: node.spec.unschedulable ?? false,
        allocatable: amountsOf(node.status.allocatable),
      },
      byNode.get(node.metadata.name) ?? [],
    ),
  )
}

/** The node with these pods on it and no others. */
export function withPods(node: Omit<NodeView, 'pods' | 'guarded' | 'used'>, pods: readonly PodView[]): NodeView {
  const used = pods.reduce((sum, pod) => addAmounts(sum, pod.requests), new Map() as Amounts)
  return { ...node, pods, guarded: pods.filter((pod) => pod.guards.length > 0), used }
}

/** The node with one more pod on it. */
export function withPod(node: NodeView, pod: PodView): NodeView {
  const guarded = pod.guards.length > 0 ? [...node.guarded, pod] : node.guarded
  return { ...node, pods: [...node.pods, pod], guarded, used: addAmounts(node.used, pod.requests) }
}

export function worldOf(lists: {
  readonly nodes: readonly Item<'nodes'>[]
  /** Those that run: one that came to its end takes no room. */
  readonly running: readonly PodView[]
  readonly namespaces: World['namespaces']
  readonly claims: readonly Item<'persistentVolumeClaims'>[] | undefined
  readonly volumes: readonly Item<'persistentVolumes'>[] | undefined
  readonly exclusions: Exclusions
}): World {
  return {
    nodes: nodeViews(lists.nodes, lists.running),
    namespaces: lists.namespaces,
    exclusions: lists.exclusions,
    volumes: {
      claims: lists.claims && new Map(lists.claims.map((c) => [`${c.metadata.namespace ?? 'default'}/${c.metadata.name}`, c])),
      volumes: lists.volumes && new Map(lists.volumes.map((v) => [v.metadata.name, v])),
    },
  }
}
