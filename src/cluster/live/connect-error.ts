import { HardenError } from '#model/errors.ts'
import { describeRight } from '#model/right.ts'
import { ApiError, NoAnswer, type NoAnswerKind } from './api-error.ts'

const SAYS: Readonly<Record<NoAnswerKind, readonly [what: string, hint: string]>> = {
  refused: [
    'could not be reached',
    'Nothing listens there. Is the cluster running, and does the server address in the kubeconfig still fit?',
  ],
  'unknown-host': ['could not be reached', 'The name could not be resolved. Check the server address in the kubeconfig, the VPN and DNS.'],
  timeout: [
    'could not be reached',
    'No answer in time. Check the VPN, firewalls and HTTPS_PROXY/NO_PROXY; --request-timeout allows more time.',
  ],
  untrusted: ['is not trusted', "Set certificate-authority-data (the cluster's CA) for this cluster in the kubeconfig."],
  'tls-expired': [
    'is not trusted',
    "The server's certificate is outside its dates: renew it (kubeadm certs renew apiserver), or check the clock of this machine.",
  ],
  'tls-name': [
    'is not trusted',
    'Its certificate is for other names. Use one of those as the server address, or set tls-server-name for this cluster.',
  ],
  'tls-refused': [
    'ended the TLS handshake',
    'It may want a client certificate, or another one: check the user of this context in the kubeconfig.',
  ],
  reset: ['could not be reached', 'The connection broke off. Something between here and the API server closed it; try again.'],
  'not-kubernetes': [
    'could not be reached',
    'Check the server address in the kubeconfig, and HTTPS_PROXY: a login page or another service may be answering.',
  ],
  aborted: ['was not asked', 'Run it again when you are ready.'],
  other: ['could not be reached', 'Check the server address in the kubeconfig and the network.'],
}

/**
 * The authorizer's sentence, which refuses every request alike: `cannot impersonate resource "users" in API group ""`, and
 * since 1.36 `cannot impersonate-on:user-info:get path "/version"` (constrained impersonation; the old right serves too).
 */
const IMPERSONATION = /cannot impersonate(?:-on:(\S+?):\S+| resource "([^"]*)" in API group "([^"]*)")?/

export function isImpersonationRefused(error: ApiError): boolean {
  return error.code === 403 && IMPERSONATION.test(error.message)
}

/** What goes wrong while connecting, for the operator. `server` is the address from the kubeconfig. */
export function toConnectError(error: unknown, server: string): Error {
  if (error instanceof NoAnswer) {
    const [what, hint] = SAYS[error.kind]
    if (error.kind === 'aborted') return new HardenError('interrupted', 'Interrupted.', hint, { cause: error })
    return new HardenError('unreachable', `The API server ${server} ${what}: ${error.message}.`, hint, { cause: error })
  }
  if (!(error instanceof ApiError)) return error instanceof Error ? error : new Error(String(error))
  if (error.code === 401) {
    const hint =
      'The token or certificate is not valid here (expired, revoked, or for another cluster). Log in again, then check with: kubectl auth whoami'
    return new HardenError('credentials', `The API server ${server} does not accept these credentials (401).`, hint, { cause: error })
  }
  if (isImpersonationRefused(error)) {
    const [, on = '', resource, group = ''] = IMPERSONATION.exec(error.message) ?? []
    const right = describeRight({
      verb: 'impersonate',
      group,
      resource: resource ?? (on === 'serviceaccount' ? 'serviceaccounts' : 'users'),
    })
    const hint = 'Leave out --as and --as-group (as, as-groups in the kubeconfig), or have that right granted.'
    return new HardenError('forbidden', `You may not act as somebody else here: ${right} is missing.`, hint, { cause: error })
  }
  const hint = 'The API server answers, but not in order. Check its health (kubectl get --raw /readyz?verbose), then try again.'
  return new HardenError('unreachable', `The API server ${server} answered ${error.code}: ${error.message}`, hint, { cause: error })
}
