import { type Amounts, addAmounts } from './amounts.ts'
import { type Extra, placementOf } from './filter.ts'
import { makeRoom } from './preempt.ts'
import { type NodeView, type PodView, type World, withPod } from './world.ts'

export interface Rules {
  readonly extra?: Extra
  /** Would this pod be made anew when it has to give way? */
  readonly comesBack: (pod: PodView) => boolean
}

/** One way to place pods one after the other. */
export interface Trial {
  /** By `namespace/name`. */
  readonly placed: ReadonlyMap<string, string>
  /** Running pods that gave way to a more important one, and to which. */
  readonly displaced: ReadonlyMap<string, string>
  readonly left: ReadonlyMap<string, PodView>
}

export const podKey = (pod: Pick<PodView, 'namespace' | 'name'>) => `${pod.namespace}/${pod.name}`

/** Evens out the load, as kube-scheduler does by itself, or fills up nodes first, which leaves room for large pods. */
type Way = 'even' | 'packed'

/**
 * Places the pods with as few left over as was found: in the order of their priority as they come, then the largest first, then
 * the largest first on the fullest nodes. Which of them holds is for chance to decide; what fits in none may still fit in some other.
 */
export function placeAll(pods: readonly PodView[], world: World, rules: Rules): { readonly trial: Trial; readonly first: boolean } {
  const weights = weightsOf(pods, world)
  const largest = byPriority(pods, (a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0))
  const ways: readonly (readonly [readonly PodView[], Way])[] = [
    [byPriority(pods, () => 0), 'even'],
    [largest, 'even'],
    [largest, 'packed'],
  ]
  let best: Trial | undefined
  for (const [index, [order, way]] of ways.entries()) {
    const trial = place(order, world, rules, way)
    if (best === undefined || trial.left.size < best.left.size) best = trial
    if (trial.left.size === 0) return { trial, first: index === 0 }
  }
  return { trial: best ?? { placed: new Map(), displaced: new Map(), left: new Map() }, first: true }
}

function byPriority(pods: readonly PodView[], then: (a: PodView, b: PodView) => number): readonly PodView[] {
  return pods.toSorted((a, b) => b.priority - a.priority || then(a, b))
}

/** Of each pod the largest share that it takes of all there is of a resource. */
function weightsOf(pods: readonly PodView[], { nodes }: World): ReadonlyMap<PodView, number> {
  const all = nodes.reduce((sum, node) => addAmounts(sum, node.allocatable), new Map() as Amounts)
  const share = ([resource, amount]: readonly [string, bigint]) => Number(amount) / Math.max(1, Number(all.get(resource) ?? 1n))
  return new Map(pods.map((pod) => [pod, Math.max(0, ...[...pod.requests].map(share))]))
}

function place(order: readonly PodView[], world: World, rules: Rules, way: Way): Trial {
  const nodes = new Map(world.nodes.map((node) => [node.name, node]))
  const placed = new Map<string, string>()
  const displaced = new Map<string, string>()
  const left = new Map<string, PodView>()
  const queue = [...order]
  const put = (pod: PodView, node: NodeView) => {
    nodes.set(node.name, withPod(node, pod))
    placed.set(podKey(pod), node.name)
  }
  for (let pod = queue.shift(); pod !== undefined; pod = queue.shift()) {
    const now = { ...world, nodes: [...nodes.values()] }
    const answer = placementOf(pod, now, rules.extra)
    const node = answer.is === 'answer' ? chosen(answer.nodes, pod, way) : undefined
    if (node !== undefined) {
      put(pod, node)
      continue
    }
    const room = answer.is === 'answer' ? makeRoom(pod, now, rules.extra) : undefined
    if (room === undefined) {
      left.set(podKey(pod), pod)
      continue
    }
    for (const victim of room.victims) {
      displaced.set(podKey(victim), podKey(pod))
      placed.delete(podKey(victim))
      if (rules.comesBack(victim)) queue.push(victim)
    }
    put(pod, room.node)
  }
  return { placed, displaced, left }
}

function chosen(nodes: readonly NodeView[], pod: PodView, way: Way): NodeView | undefined {
  let best: { readonly node: NodeView; readonly score: number } | undefined
  for (const node of nodes) {
    const score = fullness(node, pod) * (way === 'even' ? 1 : -1)
    if (best === undefined || score < best.score) best = { node, score }
  }
  return best?.node
}

/** How full the node would be with the pod, of what it is fullest of. */
function fullness(node: NodeView, pod: PodView): number {
  const shares = ['cpu', 'memory'].map((resource) => {
    const used = (node.used.get(resource) ?? 0n) + (pod.requests.get(resource) ?? 0n)
    return Number(used) / Math.max(1, Number(node.allocatable.get(resource) ?? 1n))
  })
  return Math.max(...shares) + node.pods.length / 1_000_000
}
