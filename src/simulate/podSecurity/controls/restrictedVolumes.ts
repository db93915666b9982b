import type { Control } from '../control.ts'
import type { Pod } from '../pod.ts'
import { volumeFields } from './volumes.ts'

const ALLOWED: ReadonlySet<string> = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

function find(pod: Pod) {
  const fields = volumeFields(pod, (type) => ALLOWED.has(type))
  return fields.length === 0 ? undefined : { reason: 'restricted volume types', fields }
}

/** Only these types of volumes; any other, known or not, is refused. */
export const restrictedVolumes: Control = {
  id: 'restrictedVolumes',
  level: 'restricted',
  variants: [{ from: 0, find, replaces: ['hostPathVolumes'] }],
}
