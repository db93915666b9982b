import { X509Certificate } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { constants, gunzipSync } from 'node:zlib'
import type { Access } from './kubeconfig.ts'

/** One request and its answer. The body is as it came over the wire: still compressed when it was. */
export interface Exchange {
  method: string
  path: string
  status: number
  requestHeaders: IncomingHttpHeaders
  responseHeaders: IncomingHttpHeaders
  responseBody: Buffer
}

type Recording = Omit<Exchange, 'responseBody'> & { chunks: Buffer[] }

/** Hands requests on to the API server of one kubeconfig and keeps what it answers. */
export class Forwarder {
  readonly #access: Access
  readonly #named: https.Agent
  readonly #nameless: https.Agent
  readonly #recordings: Recording[] = []

  constructor(access: Access) {
    this.#access = access
    const { caPem: ca, cert, key } = access
    this.#named = new https.Agent({ ca, cert, key, keepAlive: true })
    this.#nameless = new https.Agent({ ca, keepAlive: true })
  }

  get exchanges(): Exchange[] {
    return this.#recordings.map(({ chunks, ...rest }) => ({ ...rest, responseBody: Buffer.concat(chunks) }))
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = 'GET', url = '/' } = request
    const recording: Recording = {
      method,
      path: url,
      status: 0,
      requestHeaders: request.headers,
      responseHeaders: {},
      chunks: [],
    }
    this.#recordings.push(recording)
    const agent = this.#isOurClient(request.socket as TLSSocket) ? this.#named : this.#nameless
    const { host: _, ...headers } = request.headers
    const upstream = https.request(new URL(url, this.#access.server), { method, headers, agent }, (answer) => {
      recording.status = answer.statusCode ?? 0
      recording.responseHeaders = answer.headers
      response.writeHead(recording.status, answer.rawHeaders)
      answer.on('data', (chunk: Buffer) => recording.chunks.push(chunk))
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    upstream.on('error', (error) => refuse(response, error))
    response.on('close', () => upstream.destroy()) // a client that stops watching ends the watch
    request.pipe(upstream)
  }

  close(): void {
    this.#named.destroy()
    this.#nameless.destroy()
  }

  /** Whether the client showed the certificate of our kubeconfig. */
  #isOurClient(socket: TLSSocket): boolean {
    const shown = socket.getPeerX509Certificate()
    if (!shown || !this.#access.cert) return false
    return shown.fingerprint256 === new X509Certificate(this.#access.cert).fingerprint256
  }
}

/** The body without compression; of a watch that is still open, what can be read so far. */
export function decoded({ responseHeaders, responseBody }: Exchange): Buffer {
  if (responseHeaders['content-encoding'] !== 'gzip') return responseBody
  return gunzipSync(responseBody, { finishFlush: constants.Z_SYNC_FLUSH })
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(502, { 'content-type': 'text/plain' }).end(`recording proxy: ${error.message}`)
}
