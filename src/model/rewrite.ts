import * as z from 'zod'

/*
 * Writing again what is stored, so that it is stored as the API servers write now. The objects never leave the API server:
 * names are listed, and an empty patch is answered without the object.
 */

/** Up to and including this object everything was written; objects are taken in the order in which etcd keeps them. */
export const rewriteCursor = z.object({ resource: z.string(), namespace: z.string(), name: z.string() })
export type RewriteCursor = z.infer<typeof rewriteCursor>

export const rewriteCounts = z.object({
  /** Stored anew: its resourceVersion moved. */
  rewritten: z.number(),
  /** Stored with the provider that writes already: an empty patch changed nothing. */
  current: z.number(),
  /** Deleted since the list. */
  gone: z.number(),
  failed: z.number(),
})
export type RewriteCounts = z.infer<typeof rewriteCounts>

export const NOTHING_REWRITTEN: RewriteCounts = { rewritten: 0, current: 0, gone: 0, failed: 0 }

/** How many objects of a resource there are: what a rewrite will touch. */
export interface StoredCount {
  /** As an EncryptionConfiguration names it: `secrets`, `widgets.example.com`. */
  readonly resource: string
  readonly kind: string
  readonly apiVersion: string
  readonly objects: number
}

export interface RewriteFailure {
  readonly resource: string
  readonly namespace: string
  readonly name: string
  /** The server's words; no object is in them. */
  readonly message: string
}

export interface RewriteStep {
  readonly counts: RewriteCounts
  readonly cursor: RewriteCursor
}

export interface RewriteRequest {
  readonly resources: readonly string[]
  /** Where an earlier run stopped. */
  readonly after?: RewriteCursor
  /** Most requests at the same time (default 8). */
  readonly inFlight?: number
  /** Most requests a second (default 200). */
  readonly perSecond?: number
  readonly signal?: AbortSignal
  /** After each batch (100 objects at most); the next one waits for it. What it was told stands. */
  readonly onStep?: (step: RewriteStep) => Promise<void> | void
}

export interface RewriteResult {
  readonly counts: RewriteCounts
  /** The first of what failed. */
  readonly failures: readonly RewriteFailure[]
}

/** The door through which stored objects are written again. Errors are HardenError; `interrupted` after Ctrl-C. */
export interface Rewriter {
  count(resources: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly StoredCount[]>
  rewrite(request: RewriteRequest): Promise<RewriteResult>
}

export function addCounts(a: RewriteCounts, b: RewriteCounts): RewriteCounts {
  return { rewritten: a.rewritten + b.rewritten, current: a.current + b.current, gone: a.gone + b.gone, failed: a.failed + b.failed }
}

export function handled(counts: RewriteCounts): number {
  return counts.rewritten + counts.current + counts.gone + counts.failed
}

/** `a` stored after `b`? Resource versions of one resource are numbers that grow. */
export function isNewer(a: string, b: string): boolean {
  if (!/^\d+$/.test(a) || !/^\d+$/.test(b)) return a !== b
  return a.length === b.length ? a > b : a.length > b.length
}
