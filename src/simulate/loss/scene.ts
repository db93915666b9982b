import type { Item } from '#model/kinds.ts'
import type { LossEvent } from '#model/loss.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { ZONES } from '../schedule/volumes.ts'
import { type Exclusions, type PodView, podView, type World, worldOf } from '../schedule/world.ts'
import { isFinished, isMirrorPod, topOwner } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import { isCounted } from './budget.ts'

/** What the engine looks at; claims and volumes are undefined where they could not be read. */
export interface LossLists {
  readonly nodes: readonly Item<'nodes'>[]
  readonly pods: readonly Item<'pods'>[]
  readonly namespaces: readonly Item<'namespaces'>[]
  readonly deployments: readonly Item<'deployments'>[]
  readonly statefulSets: readonly Item<'statefulSets'>[]
  readonly replicaSets: readonly Item<'replicaSets'>[]
  readonly jobs: readonly Item<'jobs'>[]
  readonly budgets: readonly Item<'podDisruptionBudgets'>[]
  readonly claims: readonly Item<'persistentVolumeClaims'>[] | undefined
  readonly volumes: readonly Item<'persistentVolumes'>[] | undefined
  /** Were the pods of all namespaces seen? Without them nobody knows what room is left. */
  readonly allPods: boolean
  readonly exclusions: Exclusions
}

/** A pod that runs, with the object that an operator knows it by. */
export interface Running {
  readonly pod: Item<'pods'>
  readonly view: PodView
  readonly owner: ObjectRef
  readonly node: string
  readonly ready: boolean
  /** Run from a file on the node. */
  readonly mirror: boolean
}

/** A budget and the pods that it counts. */
export interface Counted {
  readonly budget: Item<'podDisruptionBudgets'>
  readonly running: ReadonlySet<Running>
}

/** A cluster before anything is lost. */
export interface Scene {
  readonly lists: LossLists
  readonly running: readonly Running[]
  readonly world: World
  /** Those that are not run from a file on their node, by the key of their workload. */
  readonly workloads: ReadonlyMap<string, readonly Running[]>
  readonly budgets: readonly Counted[]
  readonly zoneOf: ReadonlyMap<string, string>
  /** Replicas that are meant to be, by the key of the workload. */
  readonly desired: ReadonlyMap<string, number>
}

/** The zone of a node, as its labels say. */
export function zoneOf({ metadata }: Item<'nodes'>): string | undefined {
  return ZONES.map((key) => metadata.labels[key]).find((zone) => zone !== undefined)
}

export function sceneOf(lists: LossLists): Scene {
  const jobs = new Map(lists.jobs.map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  const namespaces = new Map(lists.namespaces.map((n) => [n.metadata.name, n.metadata.labels]))
  const running = lists.pods.flatMap((pod): Running[] => {
    const { nodeName } = pod.spec
    if (nodeName === undefined || nodeName === '' || isFinished(pod)) return []
    const ready = pod.metadata.deletionTimestamp === undefined && pod.status.ready !== false && pod.status.phase !== 'Pending'
    return [{ pod, view: podView(pod, namespaces), owner: topOwner(pod, jobs), node: nodeName, ready, mirror: isMirrorPod(pod) }]
  })
  const replicas = (['deployments', 'statefulSets', 'replicaSets'] as const).flatMap((kind) =>
    lists[kind].map((item) => [refKey(refTo(kind, item)), item.spec.replicas ?? 1] as const),
  )
  const zones = lists.nodes.flatMap((node) => {
    const zone = zoneOf(node)
    return zone === undefined ? [] : [[node.metadata.name, zone] as const]
  })
  const counts = (budget: Item<'podDisruptionBudgets'>) => new Set(running.filter(({ pod }) => isCounted(pod, budget)))
  return {
    lists,
    running,
    world: worldOf({ ...lists, namespaces, running: running.map((r) => r.view) }),
    workloads: Map.groupBy(
      running.filter((r) => !r.mirror),
      (r) => refKey(r.owner),
    ),
    budgets: lists.budgets.map((budget) => ({ budget, running: counts(budget) })),
    zoneOf: new Map(zones),
    desired: new Map(replicas),
  }
}

/** All nodes that an event takes away. */
export function lostNodes(scene: Scene, { nodes, zones }: Pick<LossEvent, 'nodes' | 'zones'>): ReadonlySet<string> {
  const inZones = scene.lists.nodes.filter((node) => zones.includes(scene.zoneOf.get(node.metadata.name) ?? ''))
  return new Set([...nodes, ...inZones.map((node) => node.metadata.name)])
}

/** The world without these nodes; one that is not ready now takes nobody in either. */
export function worldWithout(scene: Scene, lost: ReadonlySet<string>): World {
  const unready = new Set(scene.lists.nodes.filter((n) => n.status.ready === false).map((n) => n.metadata.name))
  return { ...scene.world, nodes: scene.world.nodes.filter((node) => !lost.has(node.name) && !unready.has(node.name)) }
}
