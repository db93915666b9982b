import { randomBytes } from 'node:crypto'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { Journal, JournalEntry, JournalRun } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { withoutCredentials } from './credentials.ts'

export interface ChangeStep {
  readonly index: number
  readonly total: number
  readonly entry: JournalEntry
  /** What is going on within a step that takes long. */
  readonly note?: string
}

/** The cause of a failed step that has more to note than its error. */
export class Noted extends Error {
  readonly patch: Partial<JournalEntry>
  constructor(patch: Partial<JournalEntry>) {
    super('noted in the journal')
    this.patch = patch
  }
}

/** What a step in flight can do: say how far it is, and have on disk, before it goes on, what must not be lost with the process. */
export interface InFlight {
  readonly say: (line: string) => void
  readonly note: (patch: Partial<JournalEntry>) => Promise<void>
}

/** One journaled step: `send` makes the request and returns what is to be noted about it. */
export interface Step {
  readonly entry: JournalEntry
  readonly send: (flight: InFlight) => Promise<Partial<JournalEntry>>
  /** Runs when the step is done and on disk. */
  readonly afterwards?: () => Promise<void>
}

export interface Running {
  readonly journal: Journal
  readonly onProgress?: (step: ChangeStep) => void
  readonly signal?: AbortSignal
}

/** Ids sort by time: `20260102T030405678Z-1a2b3c`. */
export function runId(now = new Date()): string {
  return `${now.toISOString().replace(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`
}

/**
 * Runs the steps one after the other. The whole run is on disk as `planned` before the first request, each entry as
 * `sent` before its own, and as `done` after it. An error stops; a Ctrl-C lets the request in flight finish. Either way
 * what was not begun is `not-done`, the run is saved, and a HardenError says what was done and how to go on.
 */
export async function runSteps(run: JournalRun, steps: readonly Step[], running: Running): Promise<JournalRun> {
  const keeper = new Keeper(run, running)
  await keeper.save()
  for (const [index, step] of steps.entries()) {
    if (running.signal?.aborted === true) throw await keeper.stop()
    await onDisk(keeper, () => keeper.note(index, { state: 'sent' }))
    let noted: Partial<JournalEntry>
    try {
      noted = await step.send({ say: (line) => keeper.say(index, line), note: (patch) => keeper.note(index, patch) })
    } catch (error) {
      throw await keeper.fail(index, toHardenError(error))
    }
    await onDisk(keeper, async () => {
      await keeper.note(index, { state: 'done', doneAt: new Date().toISOString(), ...noted })
      await step.afterwards?.()
    })
  }
  return await onDisk(keeper, () => keeper.end())
}

/** A journal that cannot be written any more (a full disk) stops the run: nothing is sent that is not on disk first. */
async function onDisk<T>(keeper: Keeper, save: () => Promise<T>): Promise<T> {
  try {
    return await save()
  } catch (error) {
    throw keeper.lost(toHardenError(error))
  }
}

class Keeper {
  #run: JournalRun
  readonly #running: Running

  constructor(run: JournalRun, running: Running) {
    this.#run = run
    this.#running = running
  }

  async save(): Promise<void> {
    await this.#running.journal.save(this.#run)
  }

  async note(index: number, patch: Partial<JournalEntry>): Promise<void> {
    const entries = this.#run.entries.map((entry, i) => (i === index ? { ...entry, ...patch } : entry))
    this.#run = { ...this.#run, entries }
    await this.save()
    this.say(index)
  }

  say(index: number, note?: string): void {
    const { entries } = this.#run
    const entry = entries[index]
    if (entry === undefined) return
    try {
      this.#running.onProgress?.({ index, total: entries.length, entry, ...(note === undefined ? {} : { note }) })
    } catch {
      // A screen that cannot be drawn must not come between a request and its journal entry.
    }
  }

  async end(): Promise<JournalRun> {
    this.#run = { ...this.#run, endedAt: new Date().toISOString() }
    await this.save()
    return this.#run
  }

  /** Without an answer nobody knows whether the request arrived: the entry stays `sent` and is settled by looking. */
  async fail(index: number, error: HardenError): Promise<HardenError> {
    const known = !['unreachable', 'interrupted', 'internal'].includes(error.code)
    const words = withoutCredentials(error.message)
    // Where it cannot be saved, the entry stays `sent` on disk and is settled by looking; the error itself still counts.
    const more = error.cause instanceof Noted ? error.cause.patch : {}
    await this.note(index, { ...(known ? { state: 'failed' } : {}), error: words, ...more }).catch(() => undefined)
    return await this.stop({ index, error, known })
  }

  /** The journal is gone in the middle: what is on disk says enough to settle the rest later. */
  lost(error: HardenError): HardenError {
    const { id, entries } = this.#run
    const done = entries.filter((e) => e.state === 'done').length
    return new HardenError(
      'change-failed',
      `The journal could not be kept: ${error.message} ${done} of ${entries.length} changes ${done === 1 ? 'was' : 'were'} made; nothing more was sent.`,
      `${error.hint} Then start again: what became of run ${id} is looked up in the cluster first.`,
      { cause: error },
    )
  }

  async stop(failure?: { readonly index: number; readonly error: HardenError; readonly known: boolean }): Promise<HardenError> {
    const entries = this.#run.entries.map((e) => (e.state === 'planned' ? { ...e, state: 'not-done' as const } : e))
    this.#run = { ...this.#run, entries }
    await this.end().catch(() => undefined)
    const { id, kind } = this.#run
    const done = entries.filter((e) => e.state === 'done')
    const verb = kind === 'undo' ? 'undone' : 'done'
    const total = `${done.length} of ${entries.length} changes ${done.length === 1 ? 'was' : 'were'} ${verb}`
    const names =
      done.length === 0
        ? ''
        : `: ${done
            .slice(0, 5)
            .map((e) => refLabel(e.ref))
            .join(', ')}${done.length > 5 ? ', …' : ''}`
    const go =
      kind === 'undo'
        ? 'Run the undo again: it goes on where it stopped.'
        : done.length === 0
          ? ''
          : `To take back what was done: kubeharden undo ${id}`
    if (failure === undefined)
      return new HardenError('interrupted', `Stopped. ${total}${names}.`, go === '' ? 'Nothing needs to be undone.' : `${go} (run ${id})`)
    const failed = entries[failure.index]
    const what = failed === undefined ? '' : `${refLabel(failed.ref)}: `
    const unknown = failure.known ? '' : ' Whether this one arrived is looked up at the next start.'
    return new HardenError(
      'change-failed',
      `${what}${failure.error.message} ${total}${names}.${unknown}`,
      [failure.error.hint, go].filter(Boolean).join(' '),
      {
        cause: failure.error,
      },
    )
  }
}
