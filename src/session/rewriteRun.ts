import type { RewriteMemory, StorageProof } from '#model/encryptionLife.ts'
import { toHardenError } from '#model/errors.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { RewriteFailure } from '#model/rewrite.ts'
import type { SessionDeps } from './deps.ts'
import type { Link } from './link.ts'
import type { RewritePlan } from './rewrite.ts'

/** Under this name a rewrite stands in the journal. */
export const REWRITE = 'encryption-rewrite'

/** The journal of one rewrite: an entry for each resource, on disk as `sent` before the first request. */
export function rewriteRun(deps: SessionDeps, link: Link, plan: RewritePlan, id: string) {
  const { uid, name, server } = link.state.cluster
  const entries = plan.resources.map(({ resource, kind, apiVersion, objects }, i): JournalEntry => {
    const ref = { apiVersion, kind, name: '*' }
    const rewrite = { resource, objects }
    return {
      id: String(i + 1),
      wizard: REWRITE,
      ref,
      action: 'rewrite',
      fieldManager: 'kubeharden:rewrite',
      state: 'sent',
      fields: [],
      rewrite,
    }
  })
  let run: JournalRun = {
    schemaVersion: 1,
    id,
    kind: 'apply',
    cluster: { name, ...(uid === undefined ? {} : { uid }), ...(server === undefined ? {} : { server }) },
    who: deps.who,
    startedAt: deps.now().toISOString(),
    entries,
  }
  const save = async (patch: Partial<JournalEntry>, more: Partial<JournalRun> = {}): Promise<JournalRun> => {
    run = { ...run, ...more, entries: run.entries.map((e) => ({ ...e, ...patch })) }
    await link.stores.journal.save(run)
    return run
  }
  const end = () => deps.now().toISOString()
  return {
    begin: () => save({}),
    async end(memory: RewriteMemory, failures: readonly RewriteFailure[], proof: StorageProof | undefined): Promise<JournalRun> {
      const at = end()
      const error = failures.length === 0 ? {} : { error: `${memory.counts.failed} objects could not be stored again.` }
      const done = { state: failures.length === 0 ? 'done' : 'failed', doneAt: at, ...error } as const
      const detail = proof === undefined ? 'not proven' : `${proof.objects} objects are stored as the API servers write`
      const objects = run.entries.map((e) => ({ ref: e.ref, ok: proof !== undefined, detail }))
      run = { ...run, entries: run.entries.map((e) => withCounts(e, memory, run.entries.length)) }
      return save(done, { endedAt: at, verification: { at, checks: [], objects, ok: proof !== undefined } })
    },
    async fail(thrown: unknown): Promise<void> {
      const { message } = toHardenError(thrown)
      await save({ state: 'failed', error: message }, { endedAt: end() }).catch(() => undefined)
    },
  }
}

/** The counts are those of all resources together; they stand where there is one. */
function withCounts(entry: JournalEntry, { counts }: RewriteMemory, entries: number): JournalEntry {
  return entries > 1 || entry.rewrite === undefined ? entry : { ...entry, rewrite: { ...entry.rewrite, counts } }
}
