import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'

const FIRST = ['', 'container_t', 'container_init_t', 'container_kvm_t']

/** SELinux types for containers only, and neither user nor role. */
export const seLinuxOptions: Control = {
  id: 'seLinuxOptions',
  level: 'baseline',
  variants: [
    { from: 0, find: withTypes(FIRST) },
    { from: 31, find: withTypes([...FIRST, 'container_engine_t']) },
  ],
}

function withTypes(types: readonly string[]) {
  return (pod: Pod) =>
    found(
      'seLinuxOptions',
      pod.contexts.flatMap(({ context: { seLinuxOptions }, at }) => {
        const { type = '', user = '', role = '' } = seLinuxOptions ?? {}
        const bad = [...(types.includes(type) ? [] : ['type']), ...(user === '' ? [] : ['user']), ...(role === '' ? [] : ['role'])]
        return bad.map((name) => {
          const field = [...at, 'seLinuxOptions', name]
          return { field, cure: [removal(field)] }
        })
      }),
    )
}
