import { type FileHash, hashesOf } from '#change/fileHash.ts'
import type { EncryptionMemory, KeptFile, RewriteMemory, StorageProof } from '#model/encryptionLife.ts'
import type { JournalRun } from '#model/journal.ts'
import type { Progress } from '#model/progress.ts'
import type { Remembered, State } from '#model/state.ts'
import { type LifeStep, nextStep } from '#simulate/encryptionLife.ts'
import { type Announced, announced, fileOf } from '#simulate/storage.ts'

/** Where encryption at rest stands: what the API servers announce decides, not what is remembered. */
export interface Standing {
  readonly announced: Announced
  /** What a rewrite covers. */
  readonly resources: readonly string[]
  /** The kept file that all API servers use. */
  readonly file?: Remembered['files'][number]
  /** Kept files of which some API servers use one, others another. */
  readonly between: readonly KeptFile[]
  readonly next?: LifeStep
  readonly rewrite?: RewriteMemory
  readonly proof?: StorageProof
}

export function standing(state: State, progress: Progress): Standing {
  const seen = announced(state)
  const files = state.remembered?.files ?? []
  const file = files.findLast((f) => f.hash === seen.hash)
  const proof = state.remembered?.proof
  const { rewrite } = progress.encryption ?? {}
  const goal = file?.goal
  const next = file === undefined || goal === undefined ? undefined : nextStep(file.order, goal, proof !== undefined)
  return {
    announced: seen,
    resources: file === undefined ? ['secrets'] : [...file.resources],
    between: seen.hash === undefined ? seen.hashes.flatMap((hash) => fileOf(files, hash) ?? []) : [],
    ...(file === undefined ? {} : { file }),
    ...(next === undefined ? {} : { next }),
    ...(rewrite === undefined ? {} : { rewrite }),
    ...(proof === undefined ? {} : { proof }),
  }
}

/** Adds what is remembered to a state, after noting what the journal tells: new files, and proofs that hold no longer. */
export async function withMemory(
  progress: Progress,
  state: State,
  runs: readonly JournalRun[],
): Promise<{ readonly progress: Progress; readonly state: State }> {
  const memory: EncryptionMemory = progress.encryption ?? { files: [] }
  const fresh = await newFiles(memory.files, runs)
  const files = [...memory.files, ...fresh]
  const { proof: _, ...rest } = memory
  const proof = stillHolds(memory.proof, runs, announced(state)) ? memory.proof : undefined
  const noted = { ...rest, files, ...(proof === undefined ? {} : { proof }) }
  const touched = progress.encryption !== undefined || files.length > 0
  const looked = await Promise.all(files.map(async (file) => ({ ...file, now: await lookAt(file) })))
  return {
    progress: touched ? { ...progress, encryption: noted } : progress,
    state: touched ? { ...state, remembered: { files: looked, ...(proof === undefined ? {} : { proof }) } } : state,
  }
}

/**
 * Files of the wizard that are not noted yet: their hash is taken as they lie there now, directly after they were written. Also of
 * runs that failed or were cut off: what is in force is told by the API servers, and the key to it must be known then.
 */
async function newFiles(known: readonly KeptFile[], runs: readonly JournalRun[]): Promise<readonly KeptFile[]> {
  const paths = new Set(known.map((file) => file.path))
  const entries = runs.flatMap((run) =>
    run.entries.flatMap((e) => (e.wizard === 'encryption-config' && e.files !== undefined ? [{ run, entry: e }] : [])),
  )
  const found = entries.flatMap(({ run, entry }) =>
    (entry.files ?? []).filter((path) => !paths.has(path)).map((path) => ({ path, run: run.id, proof: entry.proof })),
  )
  const read = await Promise.all(
    found.map(async ({ path, run, proof }) => {
      const [one] = await hashesOf([path])
      return one === undefined ? [] : [kept(one, path, run, proof?.kind === 'encryption' ? proof.goal : undefined)]
    }),
  )
  return read.flat()
}

function kept({ hash, order, resources }: FileHash, path: string, run: string, goal: string | undefined): KeptFile {
  return { path, hash, order: [...order], resources: [...resources], run, ...(goal === undefined ? {} : { goal }) }
}

/** A proof ends with the configuration it was made under, also where that one comes back later. */
function stillHolds(proof: StorageProof | undefined, runs: readonly JournalRun[], { hash, hashes }: Announced): boolean {
  if (proof === undefined) return false
  if (hash !== undefined ? hash !== proof.hash : hashes.some((h) => h !== proof.hash)) return false
  const touched = (e: JournalRun['entries'][number]) => e.wizard === 'encryption-config' && e.action === 'node' && e.state !== 'not-done'
  return !runs.some((run) => run.startedAt > proof.at && run.entries.some(touched))
}

async function lookAt(file: KeptFile): Promise<'same' | 'changed' | 'gone'> {
  const [now] = await hashesOf([file.path])
  return now === undefined ? 'gone' : now.hash === file.hash ? 'same' : 'changed'
}
