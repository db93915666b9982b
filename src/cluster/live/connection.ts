import type { Connection, Reader, Writer } from '#model/access.ts'
import type { AdmissionDoor } from '#model/admission.ts'
import type { NodeDoor } from '#model/node.ts'
import type { Rewriter } from '#model/rewrite.ts'
import type { ClusterFlags, Env } from './kubeconfig.ts'

export interface ConnectOptions extends ClusterFlags {
  /** kubeharden's version, for the User-Agent. */
  readonly version?: string
  /** Default: the process's. */
  readonly env?: Env
  readonly signal?: AbortSignal
}

export interface LiveConnection extends Connection {
  readonly reader: Reader
  readonly writer: Writer
  readonly nodes: NodeDoor
  readonly rewriter: Rewriter
  readonly admission: AdmissionDoor
  readonly context: string
  readonly namespace?: string
  readonly server: string
  /** Version of the API server; undefined where /version is refused. */
  readonly version?: string
}
