import { type Control, found } from '../control.ts'
import { addedOffences } from './capabilities.ts'

const ALLOWED: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
])

/** No capabilities beyond those that container runtimes give anyway; NET_RAW is not among them. Names are compared letter by letter. */
export const capabilitiesBaseline: Control = {
  id: 'capabilities_baseline',
  level: 'baseline',
  variants: [
    {
      from: 0,
      find: ({ containers }) =>
        found(
          'non-default capabilities',
          containers.flatMap((placed) => addedOffences(placed, (name) => ALLOWED.has(name))),
        ),
    },
  ],
}
