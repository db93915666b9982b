import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'
import type { Pod } from '../pod.ts'

/** Not user 0; users of its own excuse a pod, from v1.35 on. */
export const runAsUser: Control = {
  id: 'runAsUser',
  level: 'restricted',
  variants: [
    { from: 23, find },
    { from: 35, find: (pod) => (pod.ownUsers ? undefined : find(pod)) },
  ],
}

function find(pod: Pod) {
  return found(
    'runAsUser=0',
    pod.contexts
      .filter(({ context }) => context.runAsUser === 0)
      .map(({ at }) => {
        const field = [...at, 'runAsUser']
        return { field, cure: [removal(field)] }
      }),
  )
}
