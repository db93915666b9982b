import { type Control, found } from '../control.ts'
import { removal } from '../path.ts'

const FIELDS = ['hostNetwork', 'hostPID', 'hostIPC'] as const

/** Namespaces of the node are not shared. */
export const hostNamespaces: Control = {
  id: 'hostNamespaces',
  level: 'baseline',
  variants: [
    {
      from: 0,
      find: ({ spec }) =>
        found(
          'host namespaces',
          FIELDS.filter((name) => spec[name] === true).map((name) => ({ field: ['spec', name], cure: [removal(['spec', name])] })),
        ),
    },
  ],
}
