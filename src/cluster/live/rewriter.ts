import { setTimeout as sleep } from 'node:timers/promises'
import { HardenError } from '#model/errors.ts'
import {
  addCounts,
  isNewer,
  NOTHING_REWRITTEN,
  type RewriteCounts,
  type RewriteFailure,
  type RewriteRequest,
  type RewriteResult,
  type Rewriter,
} from '#model/rewrite.ts'
import { describeRight } from '#model/right.ts'
import { ApiError, NoAnswer } from './api-error.ts'
import { toConnectError } from './connect-error.ts'
import { listAll } from './list.ts'
import type { Rest } from './rest.ts'
import { countStored, namesIn, type StoredResource, storedResource, touch } from './stored.ts'

const IN_FLIGHT = 8
const PER_SECOND = 200
/** Progress is kept after so many. */
const BATCH = 100
const TRIES = 6
/** So many failures have a cause of their own (a key that is missing); going on would only make more. */
const MOST_FAILURES = 50

/**
 * Writes stored objects again, without reading them: names come from tables without objects, and an empty merge patch is
 * answered by a table without objects too. What is stored as it would be written now is not written at all by the API
 * server, and keeps its resourceVersion; that is also the proof.
 */
export function makeRewriter(rest: Rest): Rewriter {
  const inWords = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toRewriteError(error, rest.server)
    }
  }
  return {
    count: (resources, { signal } = {}) =>
      inWords(() =>
        Promise.all(
          resources.map(async (name) => {
            const stored = await storedResource(rest, name, signal)
            const { resource, kind, apiVersion } = stored
            return { resource, kind, apiVersion, objects: await countStored(rest, stored, signal) }
          }),
        ),
      ),
    rewrite: (request) => inWords(() => rewrite(rest, request)),
  }
}

async function rewrite(rest: Rest, request: RewriteRequest): Promise<RewriteResult> {
  const { signal, after } = request
  const pace = pacer(request.perSecond ?? PER_SECOND)
  const failures: RewriteFailure[] = []
  let counts = NOTHING_REWRITTEN
  const from = after === undefined ? 0 : Math.max(0, request.resources.indexOf(after.resource))
  for (const resource of request.resources.slice(from)) {
    const stored = await storedResource(rest, resource, signal)
    const begun = after?.resource === resource ? after : undefined
    for (const namespace of await places(rest, stored, begun?.namespace, signal)) {
      const behind = begun?.namespace === namespace ? begun.name : undefined
      const { names, resourceVersion } = await namesIn(rest, stored, namespace, signal)
      const left = behind === undefined ? names : names.filter((name) => name > behind)
      for (let at = 0; at < left.length; at += BATCH) {
        const batch = left.slice(at, at + BATCH)
        const one = (name: string) => rewriteOne(rest, stored, { namespace, name }, { resourceVersion, pace, signal })
        const done = await limited(batch, request.inFlight ?? IN_FLIGHT, one)
        for (const d of done) if (d.failure !== undefined) failures.push(d.failure)
        counts = done.reduce((sum, d) => addCounts(sum, d.counts), counts)
        await request.onStep?.({ counts, cursor: { resource, namespace, name: batch.at(-1) ?? '' } })
        if (failures.length > MOST_FAILURES) return { counts, failures: failures.slice(0, MOST_FAILURES) }
      }
    }
  }
  return { counts, failures }
}

/** Namespaces in the order of etcd, from where an earlier run stopped; one without a name for what belongs to none. */
async function places(rest: Rest, stored: StoredResource, from: string | undefined, signal?: AbortSignal): Promise<readonly string[]> {
  if (!stored.namespaced) return ['']
  const { items } = await listAll(rest, 'namespaces', undefined, signal)
  const names = items.map((item) => item.metadata.name).toSorted()
  return from === undefined ? names : names.filter((name) => name >= from)
}

interface Outcome {
  readonly counts: RewriteCounts
  readonly failure?: RewriteFailure
}

interface OneOptions {
  /** Of the list in which it was named. */
  readonly resourceVersion: string
  readonly pace: (signal?: AbortSignal) => Promise<void>
  readonly signal?: AbortSignal
}

async function rewriteOne(
  rest: Rest,
  stored: StoredResource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { resourceVersion, pace, signal }: OneOptions,
): Promise<Outcome> {
  const one = (key: keyof RewriteCounts): RewriteCounts => ({ ...NOTHING_REWRITTEN, [key]: 1 })
  for (let attempt = 1; ; attempt += 1) {
    await pace(signal)
    try {
      const now = await touch(rest, stored, namespace, name, signal)
      // Written after the list, by us or by somebody else: either way as the API server writes now.
      return { counts: one(now === undefined || isNewer(now, resourceVersion) ? 'rewritten' : 'current') }
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return { counts: one('gone') }
      if (isFinal(error)) throw error
      if (isRefusal(error) || attempt >= TRIES) {
        if (!(error instanceof ApiError)) throw error
        return { counts: one('failed'), failure: { resource: stored.resource, namespace, name, message: error.message.slice(0, 300) } }
      }
      await sleep(250 * 2 ** attempt, undefined, signal === undefined ? {} : { signal })
    }
  }
}

/** What would be said to every object: a missing right, an expired login, the way out. */
function isFinal(error: unknown): boolean {
  if (error instanceof HardenError) return true
  if (error instanceof NoAnswer)
    return ['aborted', 'untrusted', 'tls-expired', 'tls-name', 'tls-refused', 'not-kubernetes'].includes(error.kind)
  return !(error instanceof ApiError) || error.code === 401 || (error.code === 403 && /cannot patch resource/.test(error.message))
}

/** An answer that another try does not change: an admission plugin's no, an object that cannot be decrypted. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  if (error.code >= 400 && error.code < 500) return error.code !== 409 && error.code !== 429
  return /no matching prefix found|unable to transform|decrypt|invalid padding|message authentication failed/i.test(error.message)
}

/** At most so many calls a second, evenly. */
function pacer(perSecond: number): (signal?: AbortSignal) => Promise<void> {
  let next = 0
  return async (signal) => {
    const now = performance.now()
    next = Math.max(now, next) + 1000 / perSecond
    const wait = next - 1000 / perSecond - now
    if (wait > 1) await sleep(wait, undefined, signal === undefined ? {} : { signal })
  }
}

/** All of them, so many at a time; the first error ends it when those in flight have answered. */
async function limited<T, R>(items: readonly T[], most: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let at = 0
  let failed = false
  const worker = async () => {
    while (!failed && at < items.length) {
      const index = at
      at += 1
      try {
        results[index] = await work(items[index] as T)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, worker))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return results
}

function toRewriteError(error: unknown, server: string): Error {
  if (error instanceof ApiError && error.code === 403) {
    const said = /cannot (\S+) resource "([^"]*)" in API group "([^"]*)"/.exec(error.message)
    const right = said === null ? error.message : describeRight({ verb: said[1] ?? '', group: said[3] ?? '', resource: said[2] ?? '' })
    return new HardenError(
      'forbidden',
      `You may not write again what is stored: ${right} is missing.`,
      'Listing and patching them everywhere is needed; listing Secrets grants their values, so bind it only for as long as this takes.',
      { cause: error },
    )
  }
  if ((error instanceof NoAnswer && error.kind === 'aborted') || (error instanceof Error && error.name === 'AbortError'))
    return new HardenError('interrupted', 'Stopped. What was written again stands.', 'Run it again: it goes on where it stopped.')
  return toConnectError(error, server)
}
