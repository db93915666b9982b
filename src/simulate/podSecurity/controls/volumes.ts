import type { Path } from '../path.ts'
import type { Pod } from '../pod.ts'

/** The volumes whose type is not allowed. Without a type the server makes it an emptyDir. */
export function volumeFields({ spec }: Pod, allowed: (type: string) => boolean): readonly Path[] {
  return spec.volumes.flatMap(({ name, type = 'emptyDir' }, index) =>
    allowed(type) ? [] : [['spec', 'volumes', { index, key: 'name', value: name }, type]],
  )
}
