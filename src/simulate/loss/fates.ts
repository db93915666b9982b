import type { Comeback, Fate } from '#model/loss.ts'
import { type Extra, placementOf, reasonsOf } from '../schedule/filter.ts'
import { placeAll, podKey } from '../schedule/place.ts'
import { tolerates } from '../schedule/taints.ts'
import type { PodView, World } from '../schedule/world.ts'
import type { Running, Scene } from './scene.ts'

/** What becomes of each pod, and who else has to go. */
export interface Fates {
  readonly of: ReadonlyMap<string, Fate>
  /** Running pods elsewhere that give way, by key: to whom. */
  readonly displaced: ReadonlyMap<string, string>
  readonly roomy?: boolean
}

/** Places what is made anew on what is left, pods that give way included. */
export function fatesOf(scene: Scene, lost: readonly Running[], world: World, extra?: Extra): Fates {
  const fixed = new Map<string, Fate>()
  const tasks: PodView[] = []
  for (const running of lost) {
    const own = ownFate(running)
    const view = asNew(running.view, scene)
    if (own !== undefined) fixed.set(podKey(view), own)
    else tasks.push(view)
  }
  const comesBack = comebacks(scene)
  const { trial, first } = placeAll(tasks, world, { comesBack, ...(extra === undefined ? {} : { extra }) })
  const of = new Map(fixed)
  for (const [key, to] of trial.placed) of.set(key, scene.lists.allPods ? { kind: 'moves', to } : HIDDEN)
  for (const [key, pod] of trial.left) of.set(key, fateOfLeft(pod, world, extra))
  for (const key of trial.displaced.keys()) if (!of.has(key)) of.set(key, GONE)
  const roomy = trial.left.size === 0 && tasks.length > 0 ? { roomy: first } : {}
  return { of, displaced: trial.displaced, ...roomy }
}

const COPIED = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** The pod as it is made anew: without the labels that the API server copied from its node (PodTopologyLabels). */
function asNew(pod: PodView, { world }: Scene): PodView {
  if (!COPIED.some((key) => Object.hasOwn(pod.labels, key))) return { ...pod, ending: false }
  const node = world.nodes.find((n) => n.name === pod.spec.nodeName)
  const own = Object.entries(pod.labels).filter(([key, value]) => !(COPIED.includes(key) && node?.labels[key] === value))
  return { ...pod, labels: Object.fromEntries(own), ending: false }
}

const HIDDEN: Fate = { kind: 'unknown', why: 'not all pods could be read, so that the room that is left is not known' }
const GONE: Fate = { kind: 'gone', why: 'nothing made it that would make it anew' }

/** Pods that no other is made for, whatever room there is. */
function ownFate({ mirror, owner, pod }: Running): Fate | undefined {
  if (mirror || owner.kind === 'DaemonSet') return { kind: 'with-node' }
  return owner.kind === 'Pod' && pod.metadata.ownerReferences.length === 0 ? GONE : undefined
}

/** Looked up only where a pod has to give way. */
function comebacks({ running }: Scene): (pod: PodView) => boolean {
  return (pod) => running.some((r) => podKey(r.view) === podKey(pod) && ownFate(r) === undefined)
}

function fateOfLeft(pod: PodView, world: World, extra: Extra | undefined): Fate {
  const alone = placementOf(pod, world, extra)
  if (alone.is === 'unknown') return { kind: 'unknown', why: alone.why }
  if (alone.is === 'waits') return { kind: 'waits', why: alone.why }
  const total = world.nodes.length
  if (alone.nodes.length > 0)
    return { kind: 'crowded', why: `it fits on ${alone.nodes.length} of ${total} nodes, but not beside the others` }
  const reasons = reasonsOf(alone.refused).map(({ reason, nodes }) => `${nodes} ${reason}`)
  return { kind: 'waits', why: total === 0 ? 'no node is left' : `0/${total} nodes are available: ${reasons.join(', ')}` }
}

const UNREACHABLE = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }

/**
 * When a new pod comes for one on an unreachable node. A Deployment's comes once the old one is evicted, a StatefulSet's only when
 * the old one is known to be gone. Source: node lifecycle controller; StatefulSet at most one per identity.
 */
export function comebackOf(running: readonly Running[]): Comeback {
  const again = running.filter((r) => ownFate(r) === undefined)
  if (again.length === 0) return { kind: 'never' }
  if (again.some(({ owner }) => owner.kind === 'StatefulSet')) return { kind: 'by-hand' }
  const waits = again.map(({ pod }) => {
    const tolerated = pod.spec.tolerations.filter((t) => tolerates(t, UNREACHABLE))
    if (tolerated.length === 0) return 0
    const limits = tolerated.flatMap((t) => (t.tolerationSeconds === undefined ? [] : [t.tolerationSeconds]))
    return limits.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...limits)
  })
  const seconds = Math.max(...waits)
  return Number.isFinite(seconds) ? { kind: 'evicted', seconds } : { kind: 'by-hand' }
}
