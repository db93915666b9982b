import { settleJournal } from '#change/settle.ts'
import { evaluate, kindsOf } from '#evaluate/evaluate.ts'
import type { CollectOptions, Writer } from '#model/access.ts'
import type { Assessment } from '#model/assessment.ts'
import type { JournalRun } from '#model/journal.ts'
import type { Progress } from '#model/progress.ts'
import type { State } from '#model/state.ts'
import type { SessionDeps, Stores } from './deps.ts'
import { advance } from './progress.ts'
import type { Target } from './types.ts'

/** One open cluster of a session: what was read, what was made of it, and the doors. */
export interface Link {
  readonly target: Target
  readonly writer: Writer | undefined
  readonly stores: Stores
  readonly readOnly: string | undefined
  readonly collect: (options: CollectOptions) => Promise<State>
  state: State
  assessment: Assessment
  progress: Progress
  runs: readonly JournalRun[]
  /** Where the last session left it. */
  readonly before: { readonly at: string; readonly score?: number } | undefined
  /** Stores the progress and evaluates again under it (accepted risks and attestations change verdicts). */
  remember(progress: Progress): Promise<void>
  close(): Promise<void>
}

/** Connects, reads, evaluates and opens what earlier sessions left. Everything is closed again where a part fails. */
export async function openLink(deps: SessionDeps, target: Target, options: CollectOptions): Promise<Link> {
  const connection = await deps.connect(target)
  const closers: (() => Promise<void>)[] = [() => connection.reader.close()]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const kinds = kindsOf([...deps.checks, ...deps.wizards])
    const collect = (o: CollectOptions) => connection.reader.collect(kinds, o)
    const state = await collect(options)
    const readOnly = deps.readOnly ? 'started with --read-only' : connection.writer === undefined ? connection.readOnlyReason : undefined
    const stores = await deps.openStores(target, state.cluster, { locked: !deps.readOnly })
    closers.push(() => stores.release())
    // What a crash left open is found out first, so that every front end shows what stands. Where it cannot be (no right to
    // look, no answer), it stays open and is tried again before the next preview; a damaged journal is refused by `list` below.
    if (connection.writer !== undefined && !deps.readOnly)
      await settleJournal({ journal: stores.journal, writer: connection.writer }).catch(() => [])
    const old = await stores.progress.load()
    const last = old.history.at(-1)
    const link: Link = {
      target,
      writer: connection.writer,
      stores,
      readOnly,
      collect,
      state,
      assessment: evaluate(state, deps.checks, deps.now(), old),
      progress: old,
      runs: await stores.journal.list(),
      before: last === undefined ? undefined : { at: last.at, ...(last.score === undefined ? {} : { score: last.score }) },
      remember: async (progress) => {
        link.assessment = evaluate(link.state, deps.checks, deps.now(), progress)
        // History belongs to the cluster as it is: a snapshot or a folder is not it.
        const moves = link.state.source === 'live' || link.state.source === 'practice'
        link.progress = moves ? advance(progress, link.assessment) : progress
        await stores.progress.save(link.progress)
      },
      close,
    }
    await link.remember(old)
    return link
  } catch (error) {
    await close()
    throw error
  }
}

/** Collects and evaluates again. */
export async function reread(link: Link, options: CollectOptions): Promise<void> {
  link.state = await link.collect(options)
  await link.remember(link.progress)
  link.runs = await link.stores.journal.list()
}
