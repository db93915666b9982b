import { type Dispatcher, request } from 'undici'
import * as z from 'zod'
import { ApiError, NoAnswer, parseJson, toNoAnswer } from './api-error.ts'
import type { Credential, Credentials } from './credentials.ts'
import { bodyOf, type CallOptions, type HeaderSettings, type Headers, headersOf, pause, urlOf, userAgent } from './request.ts'
import { openSocket, type Socket, type SocketOptions } from './socket.ts'
import type { TlsTarget, Transport } from './transport.ts'
import { parseWarnings } from './warnings.ts'

/*
 * The one way to the API server: a thin layer on undici. It knows credentials, deadlines, retries and warnings, and nothing
 * of kinds. Answers are `unknown`: who asked parses them. Failures are ApiError (an answer that is not 2xx), NoAnswer, or
 * HardenError `credentials` from a credential plugin.
 */

export type { CallOptions } from './request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Answer {
  readonly data: unknown
  readonly warnings: readonly string[]
}

/** `over: 'new'`: a connection of its own, which behind a load balancer may meet another API server. */
export interface LineOptions extends Pick<CallOptions, 'query' | 'signal' | 'timeoutMs' | 'accept'> {
  readonly over?: 'shared' | 'new'
}

export interface Rest {
  readonly server: string
  /** Where to show a handshake; undefined without TLS or through a proxy. */
  readonly tls?: TlsTarget
  call(method: Method, path: string, options?: CallOptions): Promise<Answer>
  /** A paged list, page by page (limit 500), each as the server sent it. */
  pages(path: string, options?: CallOptions): AsyncGenerator<unknown, void, undefined>
  /** A text answer line by line, never held whole. */
  lines(path: string, options?: LineOptions): AsyncGenerator<string, void, undefined>
  /** The status code that a caller without any credentials gets. */
  anonymousStatus(path: string, options?: Pick<CallOptions, 'signal' | 'timeoutMs'>): Promise<number>
  /** An open WebSocket, over a connection of its own. */
  socket(path: string, options: SocketOptions): Promise<Socket>
  close(): Promise<void>
}

export interface RestSettings extends HeaderSettings {
  readonly server: string
  readonly transport: Transport
  readonly credentials: Credentials
  readonly timeoutMs?: number
  /** First wait between two tries; doubled each time. */
  readonly backoffMs?: number
}

const TIMEOUT_MS = 30_000
const RETRIES = 4
const PAGE = 500

export function makeRest(settings: RestSettings): Rest {
  const call = async (method: Method, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { status, text, warnings } = await answered(settings, method, path, options)
    if (text === '') return { data: undefined, warnings }
    const data = parseJson(text)
    if (data === undefined) throw new NoAnswer('not-kubernetes', `the answer (${status}) to ${path} is not JSON`)
    return { data, warnings }
  }
  return {
    server: settings.server,
    ...(settings.transport.tls === undefined ? {} : { tls: settings.transport.tls }),
    call,
    async *pages(path, options = {}) {
      let next: string | undefined
      do {
        const { data } = await call('GET', path, { ...options, query: { ...options.query, limit: PAGE, continue: next } })
        yield data
        next = continuation.parse(data).metadata?.continue
      } while (next !== undefined && next !== '')
    },
    lines: (path, options = {}) => lines(settings, path, options),
    async anonymousStatus(path, options = {}) {
      const dispatcher = settings.transport.fresh()
      try {
        const headers = { accept: 'application/json', 'user-agent': userAgent(settings) }
        const response = await once(settings, dispatcher, 'GET', path, { ...options, retries: 0 }, headers)
        return response.status
      } finally {
        void dispatcher.destroy()
      }
    },
    socket: (path, options) => openSocket(settings, path, options),
    close: () => settings.transport.close(),
  }
}

/** Of a list, all that paging needs; what is no list has no next page. */
const continuation = z.looseObject({ metadata: z.looseObject({ continue: z.string().optional() }).optional() }).catch({})

interface Response {
  readonly status: number
  readonly text: string
  readonly warnings: readonly string[]
  readonly retryAfter: string | undefined
}

/** Tries until there is a 2xx answer. Reads are tried again after 429, 502, 503, 504 and a broken connection; writes only after a 429 that says when. */
async function answered(settings: RestSettings, method: Method, path: string, options: CallOptions): Promise<Response> {
  let credential = await settings.credentials.current()
  let renewed = false
  for (let attempt = 0; ; attempt += 1) {
    const last = attempt >= (options.retries ?? RETRIES)
    let response: Response
    try {
      response = await once(
        settings,
        settings.transport.dispatcher(credential),
        method,
        path,
        options,
        headersOf(settings, credential, options),
      )
    } catch (error) {
      if (last || method !== 'GET' || !(error instanceof NoAnswer) || error.kind !== 'reset') throw error
      await pause(settings.backoffMs ?? 200, attempt, undefined, options.signal)
      continue
    }
    if (response.status < 300) return response
    if (response.status === 401 && !renewed) {
      const fresh = await settings.credentials.renew(credential)
      renewed = true
      if (fresh !== undefined) {
        credential = fresh
        continue
      }
    }
    const again =
      method === 'GET' ? [429, 502, 503, 504].includes(response.status) : response.status === 429 && response.retryAfter !== undefined
    if (last || !again) throw new ApiError(response.status, response.text, response.warnings)
    await pause(settings.backoffMs ?? 200, attempt, response.retryAfter, options.signal)
  }
}

/** One request, its answer read whole. */
async function once(
  settings: RestSettings,
  dispatcher: Dispatcher,
  method: Method,
  path: string,
  options: CallOptions,
  headers: Headers,
): Promise<Response> {
  const { deadline, signal } = signals(settings, options)
  try {
    const sent = request(urlOf(settings.server, path, options), { method, dispatcher, headers, body: bodyOf(options), signal })
    const response = await orAborted(sent, signal)
    const text = await response.body.text()
    const retryAfter = response.headers['retry-after']
    return {
      status: response.statusCode,
      text,
      warnings: parseWarnings(response.headers.warning),
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    }
  } catch (error) {
    throw toNoAnswer(error, options.signal?.aborted === true ? undefined : deadline)
  }
}

async function* lines(settings: RestSettings, path: string, options: LineOptions): AsyncGenerator<string, void, undefined> {
  const { deadline, signal } = signals(settings, options)
  const opened: Dispatcher[] = []
  const open = async (credential: Credential) => {
    const dispatcher = options.over === 'new' ? settings.transport.fresh(credential) : settings.transport.dispatcher(credential)
    if (options.over === 'new') opened.push(dispatcher)
    const headers = headersOf(settings, credential, { accept: options.accept ?? 'text/plain' })
    return await orAborted(request(urlOf(settings.server, path, options), { method: 'GET', dispatcher, headers, signal }), signal)
  }
  try {
    const credential = await settings.credentials.current()
    let response = await open(credential)
    if (response.statusCode === 401) {
      const fresh = await settings.credentials.renew(credential)
      if (fresh !== undefined) {
        await response.body.dump()
        response = await open(fresh)
      }
    }
    if (response.statusCode >= 300) throw new ApiError(response.statusCode, await response.body.text())
    let rest = ''
    for await (const chunk of response.body.setEncoding('utf8')) {
      const parts = (rest + String(chunk)).split('\n')
      rest = parts.pop() ?? ''
      yield* parts
    }
    if (rest !== '') yield rest
  } catch (error) {
    throw toNoAnswer(error, options.signal?.aborted === true ? undefined : deadline)
  } finally {
    for (const dispatcher of opened) void dispatcher.destroy()
  }
}

/** undici heeds a signal only once it is connected: a handshake that nobody answers would outlast every deadline. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

function signals(settings: RestSettings, options: CallOptions) {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? settings.timeoutMs ?? TIMEOUT_MS)
  return { deadline, signal: options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]) }
}
