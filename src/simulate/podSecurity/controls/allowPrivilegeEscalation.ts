import { type Control, found } from '../control.ts'
import { setting } from '../path.ts'
import type { Pod } from '../pod.ts'

/** Every container says that no process gains more rights than its parent; a pod cannot say it for them. */
export const allowPrivilegeEscalation: Control = {
  id: 'allowPrivilegeEscalation',
  level: 'restricted',
  variants: [
    { from: 8, find },
    { from: 25, find: (pod) => (pod.windows ? undefined : find(pod)) },
  ],
}

function find({ containers }: Pod) {
  return found(
    'allowPrivilegeEscalation != false',
    containers
      .filter(({ container }) => container.securityContext.allowPrivilegeEscalation !== false)
      .map(({ at }) => {
        const field = [...at, 'securityContext', 'allowPrivilegeEscalation']
        return { field, cure: [setting(field, false)] }
      }),
  )
}
