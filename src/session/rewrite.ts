import { runId } from '#change/journaling.ts'
import type { EncryptionMemory, RewriteMemory, StorageProof } from '#model/encryptionLife.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalRun } from '#model/journal.ts'
import { addCounts, handled, NOTHING_REWRITTEN, type RewriteFailure, type Rewriter, type StoredCount } from '#model/rewrite.ts'
import { announced } from '#simulate/storage.ts'
import type { SessionDeps } from './deps.ts'
import type { Link } from './link.ts'
import { rewriteRun } from './rewriteRun.ts'

/** What a rewrite would do, seen before anybody says yes. */
export interface RewritePlan {
  readonly resources: readonly StoredCount[]
  readonly total: number
  /** The configuration that all API servers use; nothing is stored again while they differ. */
  readonly hash: string
  /** An earlier one that stopped in the middle, of the same configuration and resources. */
  readonly goesOn?: RewriteMemory
}

export interface RewriteOptions {
  readonly signal?: AbortSignal
  readonly perSecond?: number
  readonly onProgress?: (progress: RewriteProgress) => void
}

export interface RewriteProgress {
  /** `write`: stored again; `prove`: asked for once more, nothing may have to be stored any more. */
  readonly phase: 'write' | 'prove'
  readonly done: number
  readonly total: number
  /** Seconds that the rest takes at this pace. */
  readonly left?: number
}

export interface RewriteOutcome {
  readonly run: JournalRun
  readonly memory: RewriteMemory
  readonly failures: readonly RewriteFailure[]
  /** Undefined where something failed, or the configuration changed meanwhile. */
  readonly proof?: StorageProof
}

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((x, i) => x === b[i])

/** Counts and looks; writes nothing. HardenError `rejected` where the API servers do not write alike. */
export async function planRewrite(link: Link, resources: readonly string[], signal?: AbortSignal): Promise<RewritePlan> {
  const counted = await rewriterOf(link).count(resources, signal === undefined ? {} : { signal })
  const hash = hashOf(link)
  const memory = link.progress.encryption?.rewrite
  const open = memory !== undefined && memory.endedAt === undefined && memory.hash === hash && same(memory.resources, resources)
  const total = counted.reduce((sum, c) => sum + c.objects, 0)
  return { resources: counted, total, hash, ...(open ? { goesOn: memory } : {}) }
}

/** What all API servers announce. */
function hashOf({ state }: Link): string {
  const { seen, expected, hash, hashes } = announced(state)
  if (hash !== undefined) return hash
  if (hashes.length > 1 || (hashes.length === 1 && seen >= expected))
    throw new HardenError(
      'rejected',
      'The API servers do not use the same encryption configuration: what one writes again another would write otherwise.',
      'Put the same file on every control-plane node, wait a minute, and look again: kubeharden encryption status.',
    )
  if (hashes.length === 1)
    throw new HardenError(
      'rejected',
      `Only ${seen} of ${expected} API servers could be seen, so it cannot be told whether all write alike.`,
      'Connect to each of them in turn, or through an address that reaches all of them.',
    )
  throw new HardenError(
    'rejected',
    'No API server announces an encryption configuration: writing again would change nothing.',
    'Switch encryption on first: kubeharden apply encryption-config. Reading /metrics is needed to see it.',
  )
}

function rewriterOf({ rewriter }: Link): Rewriter {
  if (rewriter !== undefined) return rewriter
  throw new HardenError('read-only', 'Stored objects can be written again in a live cluster only.', 'Connect to a live cluster.')
}

/**
 * Writes everything again, then asks for everything once more: what is now left as it is, is stored as the API servers
 * write. The place is kept while it runs; stopped or killed, the next run goes on there.
 */
export async function rewriteAll(deps: SessionDeps, link: Link, plan: RewritePlan, options: RewriteOptions): Promise<RewriteOutcome> {
  const resources = plan.resources.map((r) => r.resource)
  const rewriter = rewriterOf(link)
  const journal = rewriteRun(deps, link, plan, runId())
  await journal.begin()
  const writing = new Writing(deps, link, plan, options)
  await writing.keep()
  try {
    const request = { resources, ...pick(options), onStep: writing.step }
    const { cursor } = writing.memory
    const wrote = await rewriter.rewrite(cursor === undefined ? request : { ...request, after: cursor })
    await writing.end()
    const proof = wrote.failures.length > 0 ? undefined : await prove(deps, link, plan, options)
    const run = await journal.end(writing.memory, wrote.failures, proof)
    return { run, memory: writing.memory, failures: wrote.failures, ...(proof === undefined ? {} : { proof }) }
  } catch (error) {
    await writing.keep().catch(() => undefined)
    await journal.fail(error)
    throw error
  }
}

const pick = ({ signal, perSecond }: RewriteOptions) => ({
  ...(signal === undefined ? {} : { signal }),
  ...(perSecond === undefined ? {} : { perSecond }),
})

class Writing {
  memory: RewriteMemory
  readonly #deps: SessionDeps
  readonly #link: Link
  readonly #report: (done: number) => void
  readonly #before: RewriteMemory['counts']

  constructor(deps: SessionDeps, link: Link, plan: RewritePlan, options: RewriteOptions) {
    this.#deps = deps
    this.#link = link
    const now = deps.now().toISOString()
    const { hash, total } = plan
    const fresh = { hash, resources: plan.resources.map((r) => r.resource), startedAt: now, counts: NOTHING_REWRITTEN }
    this.memory = { ...(plan.goesOn ?? fresh), updatedAt: now, total }
    this.#before = this.memory.counts
    this.#report = reporter('write', total, handled(this.#before), options)
  }

  step: NonNullable<Parameters<Rewriter['rewrite']>[0]['onStep']> = async ({ counts, cursor }) => {
    this.memory = { ...this.memory, counts: addCounts(this.#before, counts), cursor, updatedAt: this.#deps.now().toISOString() }
    await this.keep()
    this.#report(handled(this.memory.counts))
  }

  async end(): Promise<void> {
    const { cursor: _, ...memory } = this.memory
    this.memory = { ...memory, endedAt: this.#deps.now().toISOString() }
    await this.keep()
  }

  async keep(): Promise<void> {
    await remember(this.#link, { rewrite: this.memory })
  }
}

/** Whole, and on disk when it resolves. */
async function remember(link: Link, patch: Partial<EncryptionMemory>): Promise<void> {
  const { files = [], ...more } = link.progress.encryption ?? {}
  link.progress = { ...link.progress, encryption: { files, ...more, ...patch } }
  await link.stores.progress.save(link.progress)
}

/** The second pass. It proves nothing where the API servers changed their configuration while it ran. */
async function prove(deps: SessionDeps, link: Link, plan: RewritePlan, options: RewriteOptions): Promise<StorageProof | undefined> {
  const resources = plan.resources.map((r) => r.resource)
  const report = reporter('prove', plan.total, 0, options)
  const onStep = ({ counts }: { counts: RewriteMemory['counts'] }) => report(handled(counts))
  const { counts, failures } = await rewriterOf(link).rewrite({ resources, ...pick(options), onStep })
  const now = announced(await link.collect(options.signal === undefined ? {} : { signal: options.signal })).hash
  if (failures.length > 0 || now !== plan.hash) return undefined
  const objects = counts.rewritten + counts.current
  const proof = { hash: plan.hash, resources, at: deps.now().toISOString(), objects, changed: counts.rewritten }
  await remember(link, { proof })
  return proof
}

function reporter(phase: RewriteProgress['phase'], total: number, before: number, { onProgress }: RewriteOptions): (done: number) => void {
  const began = performance.now()
  return (done) => {
    const seconds = (performance.now() - began) / 1000
    const left = done > before ? ((total - done) * seconds) / (done - before) : undefined
    onProgress?.({ phase, done, total, ...(left === undefined ? {} : { left: Math.max(0, Math.round(left)) }) })
  }
}
