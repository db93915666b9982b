import { setTimeout as sleep } from 'node:timers/promises'
import type { Writer } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { isStandingProbe, type Journal, type JournalEntry, type JournalRun, mayStand, PROBE } from '#model/journal.ts'
import { type KubeObject, type ObjectRef, refLabel, refOf } from '#model/refs.ts'
import { afterOf, plannedEntry } from './apply.ts'
import { runId, runSteps } from './journaling.ts'
import { isGoing } from './json.ts'
import { ownsSomething } from './owned.ts'

export interface ProbeDoors {
  readonly journal: Journal
  readonly writer: Writer
}

export interface ProbeInput extends ProbeDoors {
  readonly cluster: JournalRun['cluster']
  readonly who: string
  readonly signal?: AbortSignal
}

/** The journal entry of these objects, before any of it is written. */
export function plannedProbe(objects: readonly KubeObject[], { cluster, who }: Pick<ProbeInput, 'cluster' | 'who'>): JournalRun {
  return {
    schemaVersion: 1,
    id: runId(),
    kind: 'apply',
    cluster,
    who,
    startedAt: new Date().toISOString(),
    entries: objects.map((object, i) => plannedEntry(String(i + 1), PROBE, 'create', refOf(object))),
  }
}

/** Creates the objects in their order, each on disk as `sent` first. Where one fails, `liftProbe` takes away what was made. */
export async function layProbe(run: JournalRun, objects: readonly KubeObject[], input: ProbeInput): Promise<void> {
  const steps = run.entries.map((entry, i) => ({
    entry,
    send: async () => {
      const made = await input.writer.create(objects[i] as KubeObject, { fieldManager: entry.fieldManager })
      return afterOf(made.object)
    },
  }))
  await runSteps(run, steps, input)
}

/**
 * Removes what a probe wrote, the last first, by uid, and says so in the journal. Cannot be interrupted: it is called where
 * something went wrong as well. Returns what was there.
 */
export async function liftProbe(id: string, { journal, writer }: ProbeDoors, stands = mayStand): Promise<readonly ObjectRef[]> {
  let run = await journal.get(id)
  const lifted: ObjectRef[] = []
  for (const entry of (run?.entries ?? []).filter(stands).toReversed()) {
    if (await removeOwn(entry, writer)) lifted.push(entry.ref)
    const mark = { state: 'undone', undoneAt: new Date().toISOString() } as const
    run = run && { ...run, entries: run.entries.map((e) => (e.id === entry.id ? { ...e, ...mark } : e)) }
    if (run !== undefined) await journal.save(run)
  }
  return lifted
}

/** After a failure the journal cannot say for sure what arrived: looked up one by one. */
export function liftAfterFailure(id: string, doors: ProbeDoors): Promise<readonly ObjectRef[]> {
  return liftProbe(id, doors, ({ state }) => state === 'sent' || state === 'done' || state === 'failed')
}

async function removeOwn(entry: JournalEntry, writer: Writer): Promise<boolean> {
  const live = (await writer.get(entry.ref)) ?? (entry.state === 'sent' ? await lateComer(entry, writer) : undefined)
  if (live === undefined || isGoing(live)) return false
  if (entry.uidAfter !== undefined && live.metadata.uid !== entry.uidAfter) return false
  if (!ownsSomething(live, entry.fieldManager)) return false
  try {
    await writer.remove(entry.ref, { uid: live.metadata.uid ?? '' })
    return true
  } catch (error) {
    if (error instanceof HardenError && error.code === 'not-found') return false
    throw new HardenError(
      'change-failed',
      `${refLabel(entry.ref)} could not be removed: ${error instanceof Error ? error.message : String(error)}`,
      'It warns nobody but these dry runs. The next session on this cluster removes it, or by hand: kubectl delete it by this name.',
      { cause: error },
    )
  }
}

/** A request that was under way when its process was killed may still arrive: looked at once more. */
async function lateComer({ ref }: JournalEntry, writer: Writer): Promise<KubeObject | undefined> {
  await sleep(500)
  return writer.get(ref)
}

/** What a crash left of earlier probes is removed; to be called with the cluster's lock held. Returns what was there. */
export async function liftLeftProbes(doors: ProbeDoors): Promise<readonly ObjectRef[]> {
  const left = (await doors.journal.list()).filter(isStandingProbe)
  const lifted: ObjectRef[] = []
  for (const run of left) lifted.push(...(await liftProbe(run.id, doors)))
  return lifted
}
