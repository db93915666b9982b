import { isIP } from 'node:net'
import { type ConnectionOptions, connect, getCiphers, type SecureVersion, type TLSSocket } from 'node:tls'
import { type Item, KINDS } from '#model/kinds.ts'
import type { Collected } from '#model/state.ts'
import { interrupted } from './gaps.ts'
import type { Rest } from './rest.ts'
import type { TlsTarget } from './transport.ts'

type Tls = Item<'tls'>

const TIMEOUT_MS = 5000
const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/**
 * Suites of TLS 1.2 and older that are broken (3DES, RC4), without forward secrecy (RSA key exchange), or CBC with SHA-1 and its
 * kin. What this build of OpenSSL cannot speak cannot be asked for: RC4 and 3DES mostly.
 */
const WEAK = /^(ecdhe-(rsa|ecdsa)-aes(128|256)-sha(256|384)?|aes(128|256)-(gcm-)?sha(256|384)?|des-cbc3-sha|rc4-(sha|md5))$/

interface Shaken {
  readonly protocol: string
  readonly cipher: string
  readonly certificate: Tls['certificate']
}

/**
 * What the API server's own address speaks: one handshake for each version of TLS, and one for each weak suite it accepts. A
 * refused handshake is a line in the API server's log, about four a collection.
 */
export async function probeTls(rest: Rest, signal?: AbortSignal): Promise<Collected<Tls>> {
  const host = new URL(rest.server).host
  const gap = (reason: 'not-visible' | 'unreachable', detail: string) => ({ items: [], gaps: [{ kind: 'tls', reason, detail }] })
  if (rest.tls === undefined) return gap('not-visible', `${host} is reached through a proxy or without TLS: its handshake cannot be seen.`)
  const shaken = new Map<SecureVersion, Shaken | undefined>()
  for (const version of VERSIONS) shaken.set(version, await shake(rest.tls, { minVersion: version, maxVersion: version }, signal))
  const best = shaken.get('TLSv1.3') ?? shaken.get('TLSv1.2') ?? shaken.get('TLSv1.1') ?? shaken.get('TLSv1')
  if (best === undefined) return gap('unreachable', `No TLS handshake with ${host} came to an end.`)
  const item = {
    metadata: { name: host },
    protocols: VERSIONS.map((protocol) => {
      const cipher = shaken.get(protocol)?.cipher
      return { protocol, accepted: cipher !== undefined, ...(cipher === undefined ? {} : { cipher }) }
    }),
    weakCiphers: await weakCiphers(rest.tls, signal),
    ...(best.certificate === undefined ? {} : { certificate: best.certificate }),
  }
  return { items: [KINDS.tls.schema.parse(item)], gaps: [] }
}

/** Offers all weak suites at once, takes away the one that was chosen, until the server has none left. */
async function weakCiphers(target: TlsTarget, signal?: AbortSignal): Promise<readonly string[]> {
  let offered = getCiphers()
    .filter((name) => WEAK.test(name))
    .map((name) => name.toUpperCase())
  const accepted: string[] = []
  while (offered.length > 0) {
    const ciphers = `${offered.join(':')}:@SECLEVEL=0`
    const answer = await shake(target, { minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers }, signal)
    if (answer === undefined || !offered.includes(answer.cipher)) break
    accepted.push(answer.cipher)
    offered = offered.filter((name) => name !== answer.cipher)
  }
  return accepted
}

/** One handshake without credentials and without a request. Trust is not asked for: requests have proven it already. */
function shake({ host, port, servername }: TlsTarget, options: ConnectionOptions, signal?: AbortSignal): Promise<Shaken | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return void reject(interrupted(signal.reason))
    const sni = isIP(servername) === 0 ? { servername } : {}
    const socket = connect({ ciphers: 'DEFAULT:@SECLEVEL=0', ...options, host, port, ...sni, rejectUnauthorized: false })
    const abort = () => end(() => reject(interrupted(signal?.reason)))
    const end = (answer: () => void) => {
      signal?.removeEventListener('abort', abort)
      socket.destroy()
      answer()
    }
    signal?.addEventListener('abort', abort, { once: true })
    socket.setTimeout(TIMEOUT_MS, () => end(() => resolve(undefined)))
    socket.once('error', () => end(() => resolve(undefined)))
    socket.once('secureConnect', () => {
      const { name } = socket.getCipher()
      const answer = { protocol: socket.getProtocol() ?? '', cipher: name, certificate: certificateOf(socket) }
      end(() => resolve(answer))
    })
  })
}

function certificateOf(socket: TLSSocket): Tls['certificate'] {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  const { issuer, validFromDate, validToDate, subjectAltName = '' } = certificate
  const names = subjectAltName.split(', ').filter((name) => name !== '').length
  const selfSigned = certificate.issuer === certificate.subject && certificate.verify(certificate.publicKey)
  return {
    issuer: issuer.replaceAll('\n', ', '),
    notBefore: validFromDate.toISOString(),
    notAfter: validToDate.toISOString(),
    names,
    selfSigned,
  }
}
