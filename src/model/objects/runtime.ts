import * as z from 'zod'
import { meta } from './meta.ts'

/** Which runtime of the node starts the containers of a pod: `runc`, `runsc` (gVisor), `kata-qemu`, … as containerd or CRI-O calls it. */
export const runtimeClass = z.object({ metadata: meta, handler: z.string() })
