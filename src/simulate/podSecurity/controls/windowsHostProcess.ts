import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'

/** No process of a Windows node itself. */
export const windowsHostProcess: Control = {
  id: 'windowsHostProcess',
  level: 'baseline',
  variants: [
    {
      from: 0,
      find: (pod) =>
        found(
          'hostProcess',
          pod.contexts
            .filter(({ context }) => context.windowsOptions?.hostProcess === true)
            .map(({ at }) => {
              const field = [...at, 'windowsOptions', 'hostProcess']
              return { field, cure: [removal(field)] }
            }),
        ),
    },
  ],
}
