import type { Item } from '#model/kinds.ts'
import { matchesNode } from './nodeAffinity.ts'
import type { Rule } from './spread.ts'
import type { NodeView, PodView, Volumes } from './world.ts'

/** What a pod's claims say about where it may run. */
export type VolumeAnswer =
  | { readonly is: 'rule'; readonly rule: Rule | undefined }
  /** It waits on every node alike. */
  | { readonly is: 'waits'; readonly why: string }
  | { readonly is: 'unknown'; readonly why: string }

/**
 * Claims bind a pod to where their volumes are: a disk of a zone, a folder on one node. A claim of an ephemeral volume is
 * made anew with the pod, so that it binds to nothing. Source: volumebinding and volumezone plugins.
 */
export function volumeRule(pod: PodView, { claims, volumes }: Volumes): VolumeAnswer {
  const names = pod.spec.volumes.flatMap((v) => (v.persistentVolumeClaim === undefined ? [] : [v.persistentVolumeClaim.claimName]))
  if (names.length === 0) return { is: 'rule', rule: undefined }
  if (claims === undefined) return { is: 'unknown', why: 'its PersistentVolumeClaims could not be read' }
  const bound: Item<'persistentVolumes'>[] = []
  for (const name of names) {
    const claim = claims.get(`${pod.namespace}/${name}`)
    if (claim === undefined) return { is: 'waits', why: `persistentvolumeclaim "${name}" not found` }
    const { volumeName } = claim.spec
    if (volumeName === undefined || volumeName === '') return { is: 'unknown', why: `its claim ${name} has no volume yet` }
    const volume = volumes?.get(volumeName)
    if (volume === undefined) return { is: 'unknown', why: `the volume ${volumeName} of its claim ${name} could not be read` }
    bound.push(volume)
  }
  return { is: 'rule', rule: (node) => bound.map((volume) => refuses(volume, node)).find((why) => why !== undefined) }
}

function refuses(volume: Item<'persistentVolumes'>, node: NodeView): string | undefined {
  const required = volume.spec.nodeAffinity?.required
  if (required !== undefined && !matchesNode(required, node)) return "node(s) didn't match PersistentVolume's node affinity"
  return inZone(volume, node) ? undefined : 'node(s) had no available volume zone'
}

/** The labels that say the zone of a node or a volume, the newest first. */
export const ZONES = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone']
const REGIONS = ['topology.kubernetes.io/region', 'failure-domain.beta.kubernetes.io/region']

/** Labels of a volume bind it to zones, several of them apart by `__`; nodes without any such label are not bound by it. */
function inZone(volume: Item<'persistentVolumes'>, node: NodeView): boolean {
  const own = [...ZONES, ...REGIONS].filter((key) => Object.hasOwn(volume.metadata.labels, key))
  if (own.length === 0 || ![...ZONES, ...REGIONS].some((key) => Object.hasOwn(node.labels, key))) return true
  return own.every((key) => {
    const there = (ZONES.includes(key) ? ZONES : REGIONS).map((k) => node.labels[k]).find((value) => value !== undefined)
    return there !== undefined && (volume.metadata.labels[key] ?? '').split('__').includes(there)
  })
}
