import type { IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import type { Access } from './kubeconfig.ts'

export interface ApiResponse {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The parsed body; throws when it is not JSON. */
  json<T = Record<string, unknown>>(): T
}

export interface ApiRequest {
  method?: string
  headers?: Record<string, string>
  /** Sent as JSON. */
  body?: unknown
  timeoutMs?: number
}

/** A minimal client, independent of the project's own: tests should not check the product with itself. */
export class ApiClient {
  readonly #access: Access
  readonly #agent: https.Agent

  constructor(access: Access) {
    this.#access = access
    const { caPem: ca, cert, key } = access
    this.#agent = new https.Agent({ ca, cert, key, keepAlive: true, maxSockets: 8 })
  }

  request(path: string, { method = 'GET', headers, body, timeoutMs = 30_000 }: ApiRequest = {}): Promise<ApiResponse> {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const type: Record<string, string> = payload === undefined ? {} : { 'content-type': 'application/json' }
    const token: Record<string, string> = this.#access.token ? { authorization: `Bearer ${this.#access.token}` } : {}
    const options = {
      method,
      agent: this.#agent,
      timeout: timeoutMs,
      headers: { accept: 'application/json', ...type, ...token, ...headers },
    }
    return new Promise((resolve, reject) => {
      const call = https.request(new URL(path, this.#access.server), options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) })
        })
      })
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs} ms`)))
      call.on('error', reject)
      call.end(payload)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
