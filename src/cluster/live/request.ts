import { setTimeout as sleep } from 'node:timers/promises'
import { NoAnswer } from './api-error.ts'
import type { Credential } from './credentials.ts'
import type { UserEntry } from './kubeconfig-file.ts'

/** What a request looks like on the wire, and how long to wait before the next. */

export interface CallOptions {
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** How often a read may be tried again (default 4); 0 for the first contact, which should fail at once. */
  readonly retries?: number
}

export interface HeaderSettings {
  readonly user: Pick<UserEntry, 'as' | 'as-uid' | 'as-groups' | 'as-user-extra'>
  readonly version: string
}

const MAX_WAIT_MS = 10_000

export function urlOf(server: string, path: string, options: Pick<CallOptions, 'query'>): string {
  // Not new URL(path, server): the server may have a path of its own (Rancher: /k8s/clusters/c-abc).
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options.query ?? {})) if (value !== undefined && value !== '') query.set(name, String(value))
  return `${server}${path}${query.size === 0 ? '' : `?${query}`}`
}

export function bodyOf(options: Pick<CallOptions, 'body'>): string | undefined {
  return options.body === undefined ? undefined : JSON.stringify(options.body)
}

export type Headers = Record<string, string | string[]>

/** Not beginning with curl, Wget or Mozilla: the API server would answer pretty-printed, 2.4 times the bytes. */
export const userAgent = (settings: Pick<HeaderSettings, 'version'>) => `kubeharden/${settings.version}`

/** Header bytes are UTF-8 to the API server, Latin-1 to Node. */
const wire = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

export function headersOf(settings: HeaderSettings, credential: Credential, options: CallOptions): Headers {
  const { as, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra } = settings.user
  return {
    accept: options.accept ?? 'application/json',
    'user-agent': userAgent(settings),
    ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
    ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
    ...(as === undefined ? {} : { 'impersonate-user': wire(as) }),
    ...(uid === undefined ? {} : { 'impersonate-uid': wire(uid) }),
    ...(groups && groups.length > 0 ? { 'impersonate-group': groups.map(wire) } : {}),
    ...Object.fromEntries(
      Object.entries(extra ?? {}).map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key)}`, values.map(wire)]),
    ),
  }
}

/** Waits as `Retry-After` says (seconds or a date), else twice as long each time, with some chance in it. */
export async function pause(
  backoffMs: number,
  attempt: number,
  retryAfter: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const backoff = backoffMs * 2 ** attempt * (0.75 + Math.random() / 2)
  const told =
    retryAfter === undefined ? undefined : /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  const ms = Math.min(told === undefined || Number.isNaN(told) ? backoff : Math.max(0, told), MAX_WAIT_MS)
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    throw new NoAnswer('aborted', 'interrupted', { cause: error })
  }
}
