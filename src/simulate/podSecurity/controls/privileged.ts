import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'

/** Privileged containers have nearly all that root on the node has. */
export const privileged: Control = {
  id: 'privileged',
  level: 'baseline',
  variants: [
    {
      from: 0,
      find: ({ containers }) =>
        found(
          'privileged',
          containers
            .filter(({ container }) => container.securityContext.privileged === true)
            .map(({ at }) => {
              const field = [...at, 'securityContext', 'privileged']
              return { field, cure: [removal(field)] }
            }),
        ),
    },
  ],
}
