import { setTimeout as sleep } from 'node:timers/promises'
import { HardenError } from '#model/errors.ts'
import type { NodeOutcome } from '#model/node.ts'
import { ApiError, NoAnswer } from '../api-error.ts'
import type { Rest } from '../rest.ts'
import { CONTAINER } from './objects.ts'
import { type PodState, podStateOf } from './podState.ts'

export interface Watching {
  readonly signal?: AbortSignal
  readonly onLine?: (line: string) => void
}

const POLL_MS = 1_000
const START_SECONDS = 180
const STUCK_SECONDS = 20

/** One look at the guard's pod; undefined where the API does not answer just now. */
export async function look(rest: Rest, namespace: string, signal?: AbortSignal): Promise<PodState | undefined> {
  try {
    const path = `/api/v1/namespaces/${namespace}/pods`
    const { data } = await rest.call('GET', path, { retries: 0, timeoutMs: 5_000, ...(signal === undefined ? {} : { signal }) })
    return podStateOf(data)
  } catch (error) {
    if (signal?.aborted === true) throw interrupted()
    if (isAway(error)) return undefined
    throw error
  }
}

/** Not there, not ready, restarting: what passes while an API server starts anew. Refusals do not; nor does a 401, but a fresh API server answers that for a moment. */
export function isAway(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.kind !== 'aborted' && error.kind !== 'untrusted'
  return error instanceof ApiError && (error.code >= 500 || error.code === 429 || error.code === 401 || error.code === 403)
}

function interrupted(): HardenError {
  return new HardenError('interrupted', 'Stopped waiting.', 'The guard goes on by itself.')
}

export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    throw interrupted()
  }
}

/** Waits until the guard's container runs and returns the pod's name. Nothing has been changed on the node before that. */
export async function started(rest: Rest, namespace: string, node: string, watching: Watching): Promise<string> {
  const begun = Date.now()
  let said = ''
  let stuckSince: number | undefined
  for (;;) {
    const state = await look(rest, namespace, watching.signal)
    if (state?.is === 'running') return state.name
    const why = await whyNot(rest, namespace, state)
    if (state?.is === 'ended') throw notStarted(node, why)
    stuckSince = state?.is === 'waiting' && state.stuck ? (stuckSince ?? Date.now()) : undefined
    const stuck = stuckSince !== undefined && Date.now() - stuckSince > STUCK_SECONDS * 1000
    if (stuck || Date.now() - begun > START_SECONDS * 1000) throw notStarted(node, why)
    if (why !== said) watching.onLine?.(`waiting for the guard on ${node}: ${why}`)
    said = why
    await pause(POLL_MS, watching.signal)
  }
}

async function whyNot(rest: Rest, namespace: string, state: PodState | undefined): Promise<string> {
  if (state === undefined) return 'the API does not answer'
  if (state.is === 'waiting' || state.is === 'ended') return state.why
  return (await refusal(rest, namespace)) ?? 'its pod is not there yet'
}

/** Why the Job's pod is not made, as its controller says in an event; undefined where that cannot be read. */
async function refusal(rest: Rest, namespace: string): Promise<string | undefined> {
  try {
    const query = { fieldSelector: 'involvedObject.kind=Job,type=Warning' }
    const { data } = await rest.call('GET', `/api/v1/namespaces/${namespace}/events`, { query, retries: 0, timeoutMs: 5_000 })
    const { items } = data as { items?: readonly { message?: unknown }[] }
    const message = items?.at(-1)?.message
    return typeof message === 'string' ? message.slice(0, 300) : undefined
  } catch {
    return undefined
  }
}

function notStarted(node: string, why: string): HardenError {
  return new HardenError(
    'change-failed',
    `The guard did not start on ${node}: ${why}. Nothing was changed on the node.`,
    'The node must be Ready and able to pull the image; --guard-image names another one. The same change can be made by its script on the node.',
  )
}

/**
 * Waits for the outcome, also while the API is away: nothing is asked of it then but whether it is back. Undefined where the
 * guard has ended, or is gone, without one.
 */
export async function outcome(
  rest: Rest,
  namespace: string,
  limits: { readonly withinSeconds: number; readonly deadlineSeconds: number },
  watching: Watching,
): Promise<{ readonly outcome?: NodeOutcome; readonly nothingDone: boolean; readonly why: string }> {
  const begun = Date.now()
  const log = new LogFollower(rest, namespace, watching)
  let awaySince: number | undefined
  for (;;) {
    const state = await look(rest, namespace, watching.signal)
    if (state === undefined) {
      awaySince ??= Date.now()
      const away = Math.round((Date.now() - awaySince) / 1000)
      if (away > 0 && away % 5 === 0)
        watching.onLine?.(`the API is away, ${away} s; the guard goes back by itself at ${limits.withinSeconds} s`)
    } else {
      if (awaySince !== undefined) watching.onLine?.(`the API is back after ${Math.round((Date.now() - awaySince) / 1000)} s`)
      awaySince = undefined
      if (state.is !== 'absent') await log.read(state.name)
      if (state.is === 'absent') return { nothingDone: false, why: 'its pod is gone' }
      if (state.is === 'ended')
        return { ...(state.outcome === undefined ? {} : { outcome: state.outcome }), nothingDone: state.nothingDone, why: state.why }
    }
    if (Date.now() - begun > limits.deadlineSeconds * 1000) return { nothingDone: false, why: 'it came to no end in time' }
    await pause(POLL_MS, watching.signal)
  }
}

const MOST_LOG = 64 * 1024

/** The guard's lines as they come, for the screen; where they cannot be read, the outcome still is. */
class LogFollower {
  readonly #rest: Rest
  readonly #path: string
  readonly #watching: Watching
  #said = 0
  constructor(rest: Rest, namespace: string, watching: Watching) {
    this.#rest = rest
    this.#path = `/api/v1/namespaces/${namespace}/pods`
    this.#watching = watching
  }

  async read(pod: string): Promise<void> {
    const { onLine, signal } = this.#watching
    if (onLine === undefined) return
    try {
      let at = 0
      const query = { container: CONTAINER, limitBytes: MOST_LOG }
      for await (const line of this.#rest.lines(`${this.#path}/${pod}/log`, {
        query,
        accept: '*/*',
        timeoutMs: 5_000,
        ...(signal === undefined ? {} : { signal }),
      })) {
        at += 1
        // The last line is the outcome, as JSON: that is told in words.
        if (at > this.#said && !line.startsWith('{')) onLine(line.slice(0, 300))
      }
      this.#said = Math.max(this.#said, at)
    } catch {
      // Read again with the next look.
    }
  }
}
