import * as z from 'zod'
import { HardenError } from '#model/errors.ts'

const cause = z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() })
const status = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z.object({ causes: z.array(cause).nullish() }).nullish(),
})
export type StatusCause = z.infer<typeof cause>

/** An answer of the API server that is not 2xx: the `Status` it sent, if it sent one. Stays inside this room. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly causes: readonly StatusCause[]
  /** What admission warned of before the answer was refused. */
  readonly warnings: readonly string[]

  /** `body` is the text of the answer; what is no Status (a proxy's page) is cut short. */
  constructor(code: number, body: string, warnings: readonly string[] = []) {
    const parsed = status.safeParse(parseJson(body))
    const said = parsed.success ? parsed.data.message : undefined
    super(said ?? `HTTP ${code}${body.trim() === '' ? '' : `: ${body.trim().slice(0, 200)}`}`)
    this.code = code
    this.reason = (parsed.success ? parsed.data.reason : undefined) ?? ''
    this.warnings = warnings
    this.causes = (parsed.success ? parsed.data.details?.causes : undefined) ?? []
  }
}

export type NoAnswerKind =
  | 'refused'
  | 'unknown-host'
  | 'timeout'
  | 'untrusted' // the CA of the server's certificate is not known here
  | 'tls-expired'
  | 'tls-name'
  | 'tls-refused' // the server ended the handshake: it may want a client certificate
  | 'reset'
  | 'not-kubernetes'
  | 'aborted'
  | 'other'

/** No whole answer came. `kind` says what to make of it. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly kind: NoAnswerKind

  constructor(kind: NoAnswerKind, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.kind = kind
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const CODES: Readonly<Record<string, NoAnswerKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'timeout',
  ENETUNREACH: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
}

/** Any failure of a request as NoAnswer; ApiError and HardenError go through. `deadline` tells our own timeout from an abort. */
export function toNoAnswer(error: unknown, deadline?: AbortSignal): Error {
  if (error instanceof ApiError || error instanceof NoAnswer || error instanceof HardenError) return error
  const root = rootCause(error)
  const message = root instanceof Error ? root.message : String(root)
  if (deadline?.aborted === true) return new NoAnswer('timeout', 'no whole answer in time', { cause: error })
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError'))
    return new NoAnswer('aborted', 'interrupted', { cause: error })
  const code = root instanceof Error && 'code' in root ? String(root.code) : ''
  return new NoAnswer(CODES[code] ?? tlsKind(code, message) ?? 'other', message === '' ? code : message, { cause: error })
}

/** undici wraps: the system's error stands in `cause`, or in the `errors` of an AggregateError (one for each address tried). */
function rootCause(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0])
  if (error instanceof Error && error.cause instanceof Error) return rootCause(error.cause)
  return error
}

function tlsKind(code: string, message: string): NoAnswerKind | undefined {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'tls-expired'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return 'tls-name'
  if (/ALERT|alert/.test(`${code} ${message}`)) return 'tls-refused'
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code) || /certificate|SSL routines/.test(message)
    ? 'untrusted'
    : undefined
}
