import type { ConnectOptions, LiveConnection } from './live/connection.ts'
import { type ContextInfo, contextsOf } from './live/kubeconfig.ts'

export type { ConnectOptions, LiveConnection } from './live/connection.ts'
export type { ClusterFlags, ContextInfo } from './live/kubeconfig.ts'
export { type PermissionTier, rightsNeeded, type WizardRights } from './permissions.ts'

/** The contexts of the kubeconfig. Throws HardenError `kubeconfig` where there is none. */
export function listContexts(options: Pick<ConnectOptions, 'kubeconfig' | 'context' | 'env'> = {}): Promise<readonly ContextInfo[]> {
  return contextsOf(options, options.env ?? process.env)
}

/**
 * Connects to a live cluster through the kubeconfig and asks for its version. Throws HardenError: `kubeconfig`,
 * `credentials` (not let in, expired certificate, failing plugin), `unreachable`, `forbidden` (--as), `usage`. Having no
 * rights is no error. What speaks HTTP is loaded only now: the list of contexts does not need it.
 */
export async function connectLive(options: ConnectOptions = {}): Promise<LiveConnection> {
  const { connect } = await import('./live/connect.ts')
  return connect(options)
}
