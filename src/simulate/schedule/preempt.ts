import { type Extra, placementOf } from './filter.ts'
import { type NodeView, type PodView, type World, withPods } from './world.ts'

/** A node from which these pods have to go, so that another can come. */
export interface Room {
  readonly node: NodeView
  readonly victims: readonly PodView[]
}

/**
 * Where a pod that fits nowhere would push out less important ones: of each node all of them, then as many as can stay after all.
 * Chosen is the node whose most important victim is the least important, then the one with the fewest. Source: preemption.go
 * (which looks at disruption budgets before anything else, but does not keep to them).
 */
export function makeRoom(pod: PodView, world: World, extra?: Extra): Room | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return undefined
  let best: Room | undefined
  for (const node of world.nodes) {
    const room = roomOn(node, pod, world, extra)
    if (room !== undefined && (best === undefined || cost(room) < cost(best))) best = room
  }
  return best
}

function cost({ victims }: Room): number {
  return Math.max(...victims.map((v) => v.priority)) + victims.length / 1000
}

function roomOn(node: NodeView, pod: PodView, world: World, extra: Extra | undefined): Room | undefined {
  const lower = node.pods.filter((p) => p.priority < pod.priority)
  if (lower.length === 0) return undefined
  const others = world.nodes.filter((n) => n.name !== node.name)
  const fits = (pods: readonly PodView[]) => {
    const emptied = withPods(node, pods)
    const answer = placementOf(pod, { ...world, nodes: [...others, emptied] }, extra)
    return answer.is === 'answer' && answer.nodes.includes(emptied)
  }
  let kept = node.pods.filter((p) => p.priority >= pod.priority)
  if (!fits(kept)) return undefined
  const victims: PodView[] = []
  for (const candidate of lower.toSorted((a, b) => b.priority - a.priority)) {
    if (fits([...kept, candidate])) kept = [...kept, candidate]
    else victims.push(candidate)
  }
  return victims.length === 0 ? undefined : { node: withPods(node, kept), victims }
}
