import { isStuck, type Loss, type LossEvent } from '#model/loss.ts'
import { capacityLosses, controlPlaneLosses } from './capacity.ts'
import { fatesOf } from './fates.ts'
import { pullable, pullLosses } from './pulls.ts'
import { lostNodes, type Scene, worldWithout } from './scene.ts'
import { workloadLosses } from './workloads.ts'

/** What is left of a cluster when all of this is lost at once. Pure. */
export function lossOf(scene: Scene, event: LossEvent): Loss {
  const lost = lostNodes(scene, event)
  const registries = new Set(event.registries)
  const world = worldWithout(scene, lost)
  const onLost = scene.running.filter((r) => lost.has(r.node))
  const fates = fatesOf(scene, onLost, world, pullable(scene, registries))
  const workloads = workloadLosses(scene, lost, fates)
  const controlPlane = controlPlaneLosses(scene, lost)
  const again = onLost.filter((r) => !['gone', 'with-node'].includes(fates.of.get(podKeyOf(r.pod.metadata))?.kind ?? ''))
  const pulls = registries.size === 0 ? [] : pullLosses(scene, registries, lost)
  const breaks =
    workloads.some((w) => w.verdict !== 'reduced' || w.pods.some((p) => BROKEN.has(p.fate.kind) || p.displacedBy !== undefined)) ||
    controlPlane.some((c) => c.down) ||
    pulls.some(isStuck)
  return {
    event: { ...event, nodes: [...lost].toSorted() },
    workloads,
    controlPlane,
    capacity: lost.size === 0 ? [] : capacityLosses(scene, world, again),
    pulls,
    ...(fates.roomy === undefined ? {} : { roomy: fates.roomy }),
    breaks,
  }
}

/** Unknown is not fine. */
const BROKEN: ReadonlySet<string> = new Set(['waits', 'crowded', 'gone', 'unknown'])

const podKeyOf = (metadata: { namespace?: string | undefined; name: string }) => `${metadata.namespace ?? 'default'}/${metadata.name}`
