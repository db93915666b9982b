import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'

/** What the runtime hides of /proc stays hidden; users of its own let a pod see it, from v1.35 on. */
export const procMount: Control = {
  id: 'procMount',
  level: 'baseline',
  variants: [
    { from: 0, find },
    { from: 35, find: (pod) => (pod.ownUsers ? undefined : find(pod)) },
  ],
}

/** The same without that exception. */
export const procMountRestricted: Control = {
  id: 'procMount_restricted',
  level: 'restricted',
  variants: [{ from: 35, find, replaces: ['procMount'] }],
}

function find({ containers }: Pod) {
  return found(
    'procMount',
    containers
      .filter(({ container }) => (container.securityContext.procMount ?? 'Default') !== 'Default')
      .map(({ at }) => {
        const field = [...at, 'securityContext', 'procMount']
        return { field, cure: [removal(field)] }
      }),
  )
}
