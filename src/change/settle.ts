import type { Writer } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalEntry, JournalRun } from '#model/journal.ts'
import type { NodeDoor } from '#model/node.ts'
import type { KubeObject } from '#model/refs.ts'
import { afterOf } from './apply.ts'
import { wayBack } from './back.ts'
import { getAt } from './edits.ts'
import { settleNode } from './guard/settle.ts'
import { isGoing, jsonEqual } from './json.ts'
import { mapLimit } from './limit.ts'
import { ownsSomething } from './owned.ts'
import { Marks } from './undo.ts'

interface Doors {
  readonly writer: Writer
  readonly nodes?: NodeDoor
}

type Verdict = Pick<JournalEntry, 'state'> & Partial<JournalEntry>

/**
 * After a crash, a kill or a lost answer: finds out by looking at the objects what became of entries that are on disk
 * as `planned` or `sent`, and writes that down. To be called, with the cluster's lock held, before a new preview or
 * undo. Returns the runs that were settled. Errors of the cluster are thrown; what was found until then is on disk.
 */
export async function settleJournal({ journal, ...doors }: { journal: Journal } & Doors): Promise<readonly JournalRun[]> {
  const runs = new Map((await journal.list()).map((run) => [run.id, run]))
  const settled: JournalRun[] = []
  for (const run of runs.values()) {
    if (!run.entries.some((e) => e.state === 'planned' || e.state === 'sent')) continue
    const original = run.undoes === undefined ? undefined : runs.get(run.undoes)
    const entries = await mapLimit(run.entries, async (entry) => ({ ...entry, ...(await settleEntry(entry, original, run, doors)) }))
    const done = { ...run, entries, endedAt: run.endedAt ?? new Date().toISOString() }
    await journal.save(done)
    runs.set(run.id, done)
    settled.push(done)
  }
  await markUndone(runs, journal)
  return settled
}

/** The undo's entry is done before the original is marked: a crash in between is made good here. */
async function markUndone(runs: ReadonlyMap<string, JournalRun>, journal: Journal): Promise<void> {
  for (const undo of runs.values()) {
    const run = undo.undoes === undefined ? undefined : runs.get(undo.undoes)
    if (run === undefined) continue
    const marks = new Marks(run, journal)
    for (const entry of undo.entries)
      if (entry.state === 'done' && run.entries.some((e) => e.id === entry.id && e.state === 'done')) await marks.undone(entry.id)
  }
}

async function settleEntry(
  entry: JournalEntry,
  original: JournalRun | undefined,
  run: JournalRun,
  { writer, nodes }: Doors,
): Promise<Verdict | undefined> {
  // `sent` is on disk before the request, so what is still planned was never sent.
  if (entry.state === 'planned') return { state: 'not-done' }
  if (entry.state !== 'sent') return undefined
  if (entry.action === 'node') return settleNode(entry, run.kind, { writer, ...(nodes === undefined ? {} : { nodes }) })
  if (entry.action === 'rewrite')
    return {
      state: 'failed',
      error: 'Interrupted; what was written again stands, and kubeharden encryption rewrite goes on where it stopped.',
    }
  if (entry.action === 'files')
    return { state: 'failed', error: `Interrupted while files were written to ${entry.ref.name}; remove that folder and run again.` }
  const live = await writer.get(entry.ref)
  if (run.kind === 'undo')
    return settleUndo(
      original?.entries.find((e) => e.id === entry.id),
      live,
    )
  if (entry.action === 'create') return settleCreate(entry, live)
  if (entry.action === 'delete')
    return { state: live === undefined || isGoing(live) || live.metadata.uid !== entry.uidBefore ? 'done' : 'not-done' }
  return settleUpdate(entry, live)
}

function settleCreate(entry: JournalEntry, live: KubeObject | undefined): Verdict {
  if (live === undefined) return { state: 'not-done' }
  if (ownsSomething(live, entry.fieldManager)) return { state: 'done', ...afterOf(live) }
  return { state: 'failed', error: 'An object of this name is there, and it is not ours.' }
}

function settleUpdate(entry: JournalEntry, live: KubeObject | undefined): Verdict {
  if (live === undefined || live.metadata.uid !== entry.uidBefore)
    return { state: 'failed', error: 'The object was deleted or made again meanwhile; nothing of this change is left.' }
  if (live.metadata.resourceVersion === entry.resourceVersionBefore) return { state: 'not-done' }
  const all = (side: 'before' | 'after'): boolean => entry.fields.every((f) => jsonEqual(getAt(live as never, f.path), f[side]))
  if (all('after')) return { state: 'done', ...afterOf(live) }
  if (all('before')) return { state: 'not-done' }
  if (ownsSomething(live, entry.fieldManager))
    return { state: 'done', ...afterOf(live), error: 'Interrupted; others changed the same fields meanwhile.' }
  return { state: 'failed', error: 'Interrupted, and the fields hold neither the old nor the new values: look at the object.' }
}

/** An undo can be repeated: unless it is seen to be complete, it counts as not done and is done again. */
function settleUndo(original: JournalEntry | undefined, live: KubeObject | undefined): Verdict {
  if (original === undefined) throw new HardenError('input', 'The journal of the undone run is missing.', 'Restore the file from a backup.')
  return { state: wayBack(original, live).kind === 'none' ? 'done' : 'not-done' }
}
