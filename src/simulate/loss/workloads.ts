import type { LostPod, WorkloadLoss } from '#model/loss.ts'
import { refKey } from '#model/refs.ts'
import { podKey } from '../schedule/place.ts'
import { healthyWanted } from './budget.ts'
import { comebackOf, type Fates } from './fates.ts'
import type { Running, Scene } from './scene.ts'

/** What is left of each workload that loses a pod. Pods that a kubelet runs from a file are the node's own and not listed here. */
export function workloadLosses(scene: Scene, lost: ReadonlySet<string>, fates: Fates): readonly WorkloadLoss[] {
  const isLost = (r: Running) => lost.has(r.node) || (fates.displaced.size > 0 && fates.displaced.has(podKey(r.view)))
  return [...scene.workloads.values()].flatMap((running): WorkloadLoss[] => {
    const [one] = running
    const away = running.filter(isLost)
    if (one === undefined || away.length === 0) return []
    const ready = running.filter((r) => r.ready)
    const remains = ready.filter((r) => !isLost(r)).length
    const budgets = budgetsLeft(scene, away, isLost)
    const broken = budgets.some((b) => b.left < b.wants)
    const zones = new Set(ready.flatMap((r) => scene.zoneOf.get(r.node) ?? []))
    return [
      {
        object: one.owner,
        now: ready.length,
        left: remains,
        nodes: new Set(ready.map((r) => r.node)).size,
        zones: zones.size,
        verdict: remains === 0 && ready.length > 0 ? 'down' : broken ? 'below-budget' : 'reduced',
        budgets,
        comeback: comebackOf(away),
        pods: away.map((r) => lostPod(r, lost, fates)),
      },
    ]
  })
}

function lostPod(r: Running, lost: ReadonlySet<string>, fates: Fates): LostPod {
  const key = podKey(r.view)
  const by = lost.has(r.node) ? undefined : fates.displaced.get(key)
  return {
    namespace: r.view.namespace,
    name: r.view.name,
    node: r.node,
    fate: fates.of.get(key) ?? { kind: 'unknown', why: 'it was not placed' },
    ...(by === undefined ? {} : { displacedBy: by }),
  }
}

/** What the budgets of these pods want, and how many healthy pods each has left. */
function budgetsLeft(scene: Scene, pods: readonly Running[], isLost: (r: Running) => boolean): WorkloadLoss['budgets'] {
  const own = scene.budgets.filter(({ running }) => pods.some((r) => running.has(r)))
  return own.map(({ budget, running }) => {
    const owners = Map.groupBy(running, (r) => refKey(r.owner))
    const expected = [...owners].reduce((sum, [key, seen]) => sum + (scene.desired.get(key) ?? seen.length), 0)
    const left = [...running].filter((r) => r.ready && !isLost(r)).length
    return { name: budget.metadata.name, wants: healthyWanted(budget, expected), left }
  })
}
