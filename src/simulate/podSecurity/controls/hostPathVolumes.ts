import type { Control } from '../control.ts'
import type { Pod } from '../pod.ts'
import { volumeFields } from './volumes.ts'

function find(pod: Pod) {
  const fields = volumeFields(pod, (type) => type !== 'hostPath')
  return fields.length === 0 ? undefined : { reason: 'hostPath volumes', fields }
}

/** No folder of the node is mounted. What to put in its place only the workload's owner knows. */
export const hostPathVolumes: Control = { id: 'hostPathVolumes', level: 'baseline', variants: [{ from: 0, find }] }
