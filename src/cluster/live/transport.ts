import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { HardenError } from '#model/errors.ts'
import { type Credential, pem } from './credentials.ts'
import type { ClusterEntry } from './kubeconfig-file.ts'
import { proxyFor } from './proxy.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** Where a TLS handshake with the API server goes. */
export interface TlsTarget {
  readonly host: string
  readonly port: number
  readonly servername: string
}

export interface Transport {
  /** Undefined where none can be shown: without TLS, or through a proxy. */
  readonly tls?: TlsTarget
  /** The shared pool for requests with this credential; a new client certificate gets a new pool. */
  dispatcher(credential: Pick<Credential, 'cert' | 'key'>): Dispatcher
  /** A pool of its own, to be closed by the caller: anonymous requests, and samples over a new connection. */
  fresh(credential?: Pick<Credential, 'cert' | 'key'>): Dispatcher
  close(): Promise<void>
}

/** TLS and proxy of one cluster. The library opens a connection for each call; here all calls share at most 8. */
export async function makeTransport(
  cluster: ClusterEntry & { readonly server: string },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Transport> {
  const ca = await pem('certificate authority', cluster['certificate-authority-data'], cluster['certificate-authority'])
  const proxy = checkedProxy(proxyFor(new URL(cluster.server), cluster['proxy-url'], env))
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
    ...(cluster['tls-server-name'] === undefined ? {} : { servername: cluster['tls-server-name'] }),
  }
  const make = ({ cert, key }: Pick<Credential, 'cert' | 'key'> = {}): Dispatcher => {
    const requestTls = { ...tls, ...(cert === undefined ? {} : { cert, key }), timeout: CONNECT_TIMEOUT_MS }
    // The deadline of a request is its AbortSignal: undici's own timers would cut a slow but steady answer differently.
    const options = { connections: 8, allowH2: false, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 20_000 }
    return proxy === undefined ? new Agent({ ...options, connect: requestTls }) : new ProxyAgent({ ...options, uri: proxy, requestTls })
  }
  let shared: { readonly cert: string | undefined; readonly dispatcher: Dispatcher } | undefined
  return {
    ...(proxy === undefined ? { tls: tlsTarget(new URL(cluster.server), cluster['tls-server-name']) } : {}),
    dispatcher(credential) {
      if (shared === undefined || shared.cert !== credential.cert) {
        void shared?.dispatcher.close() // lets what is under way finish
        shared = { cert: credential.cert, dispatcher: make(credential) }
      }
      return shared.dispatcher
    },
    fresh: make,
    close: async () => {
      // Not waited for: a TLS handshake that nobody answers would hold it up for its whole connect timeout.
      void shared?.dispatcher.destroy()
      shared = undefined
    },
  }
}

function tlsTarget({ protocol, hostname, port }: URL, servername: string | undefined): TlsTarget | undefined {
  if (protocol !== 'https:') return undefined
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: port === '' ? 443 : Number(port), servername: servername ?? host }
}

function checkedProxy(proxy: string | undefined): string | undefined {
  if (proxy === undefined || (URL.canParse(proxy) && /^(https?|socks5?):$/.test(new URL(proxy).protocol))) return proxy
  // Not quoted: a proxy's address may hold a password.
  throw new HardenError(
    'kubeconfig',
    'The proxy address (proxy-url of the cluster, or HTTPS_PROXY) is not one that can be used.',
    'Write it as http://host:port, https://host:port or socks5://host:port.',
  )
}
