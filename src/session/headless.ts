import { evaluate, kindsOf } from '#evaluate/evaluate.ts'
import type { ApiResource, CollectOptions } from '#model/access.ts'
import type { Assessment } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import type { Kind } from '#model/kinds.ts'
import type { ImageScan } from '#model/objects/images.ts'
import type { Progress } from '#model/progress.ts'
import type { Settings } from '#model/settings.ts'
import type { State } from '#model/state.ts'
import { decided, withDecided } from './decided.ts'
import type { SessionDeps } from './deps.ts'
import { withMemory } from './encryption.ts'
import { withStored } from './evidence.ts'
import { withScans } from './scans.ts'
import type { Target } from './types.ts'

/** Connects, reads these kinds, closes. */
export async function readOnce(deps: SessionDeps, target: Target, kinds: readonly Kind[], options: CollectOptions = {}): Promise<State> {
  const connection = await deps.connect(target, options.signal)
  try {
    return await connection.reader.collect(kinds, options)
  } finally {
    await connection.reader.close()
  }
}

/** The same, and what the API server serves where it says so: names of resources are read by it. */
export async function readWithResources(
  deps: SessionDeps,
  target: Target,
  kinds: readonly Kind[],
  options: CollectOptions = {},
): Promise<{ readonly state: State; readonly resources: readonly ApiResource[] | undefined }> {
  const connection = await deps.connect(target, options.signal)
  try {
    const state = await connection.reader.collect(kinds, options)
    return { state, resources: await connection.reader.resources?.(options.signal) }
  } finally {
    await connection.reader.close()
  }
}

export interface AuditOptions extends CollectOptions {
  /** What scanners found, as it was handed over. */
  readonly scans?: readonly ImageScan[]
  /** Said for this evaluation only, in place of what is remembered. */
  readonly settings?: Settings
}

async function readAndDecided(deps: SessionDeps, target: Target, kinds: readonly Kind[], options: CollectOptions) {
  const connection = await deps.connect(target, options.signal)
  try {
    // What the team decided is asked first: where it cannot be understood, nothing else has to be read.
    const shared = await decided(deps, connection.writer)
    return { shared, read: await connection.reader.collect(kinds, options) }
  } finally {
    await connection.reader.close()
  }
}

/**
 * One evaluation without a session: what `audit` does. Accepted risks and attestations of this cluster count; nothing
 * is written, not even progress, so that a pipeline and a session never wait for each other.
 */
export async function auditOnce(
  deps: SessionDeps,
  target: Target,
  checks: readonly Check[],
  options: AuditOptions = {},
): Promise<{ readonly state: State; readonly assessment: Assessment; readonly judgedBy: Pick<Progress, 'accepted' | 'attested'> }> {
  const { read, shared } = await readAndDecided(deps, target, kindsOf(checks), options)
  const stores = await deps.openStores(target, read.cluster, { locked: false })
  try {
    const noted = await withMemory(await stores.progress.load(), await withStored(withScans(read, options.scans ?? []), stores), [])
    const judgements = { ...withDecided(noted.progress, shared), settings: { ...noted.progress.settings, ...options.settings } }
    return { state: noted.state, assessment: evaluate(noted.state, checks, deps.now(), judgements), judgedBy: judgements }
  } finally {
    await stores.release()
  }
}
