import type { CapacityLoss, ControlPlaneLoss, Share } from '#model/loss.ts'
import { type Amounts, addAmounts } from '../schedule/amounts.ts'
import { takesAnyPod } from '../schedule/taints.ts'
import type { NodeView, World } from '../schedule/world.ts'
import type { Running, Scene } from './scene.ts'

const RESOURCES = ['cpu', 'memory'] as const

/**
 * Requests against allocatable, over nodes that take any pod; afterwards with all that is made anew on what is left of them.
 * Pods of nodes kept for others (tainted, cordoned) count on neither side.
 */
export function capacityLosses(scene: Scene, world: World, again: readonly Running[]): readonly CapacityLoss[] {
  const open = new Set(scene.world.nodes.filter(takesAnyPod).map((node) => node.name))
  const now = shareOf(scene.world.nodes)
  const after = shareOf(
    world.nodes,
    again.filter((r) => open.has(r.node)).map((r) => r.view.requests),
  )
  return RESOURCES.map((resource) => ({ resource, now: now(resource), after: after(resource) }))
}

/** What is asked for of what nodes can give that take any pod. */
export function capacityOf(
  nodes: readonly NodeView[],
): readonly { readonly resource: 'cpu' | 'memory'; readonly share: number | undefined }[] {
  const of = shareOf(nodes)
  return RESOURCES.map((resource) => ({ resource, share: of(resource).share }))
}

function shareOf(nodes: readonly NodeView[], more: readonly Amounts[] = []): (resource: string) => Share {
  const open = nodes.filter(takesAnyPod)
  const sum = (amounts: readonly Amounts[]) => amounts.reduce(addAmounts, new Map() as Amounts)
  const used = sum([...open.map((n) => n.used), ...more])
  const has = sum(open.map((n) => n.allocatable))
  return (resource) => share(used.get(resource), has.get(resource))
}

function share(requested = 0n, allocatable = 0n): Share {
  const part = allocatable === 0n ? {} : { share: Number(requested) / Number(allocatable) }
  return { requested: String(requested), allocatable: String(allocatable), ...part }
}

/** Components of the control plane that run as pods from files, and are on the lost nodes too. */
export function controlPlaneLosses(scene: Scene, lost: ReadonlySet<string>): readonly ControlPlaneLoss[] {
  const mirrors = scene.running.filter((r) => r.mirror && r.pod.metadata.labels.tier === 'control-plane')
  const groups = Map.groupBy(mirrors, (r) => r.pod.metadata.labels.component ?? r.pod.metadata.name)
  return [...groups].flatMap(([component, running]) => {
    const ready = running.filter((r) => r.ready)
    const left = ready.filter((r) => !lost.has(r.node)).length
    if (left === ready.length) return []
    // A member that is not ready still counts for the majority.
    const down = component === 'etcd' ? left * 2 <= running.length : left === 0
    return [{ component, now: ready.length, left, down }]
  })
}
