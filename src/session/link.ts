import { liftLeftProbes } from '#change/probe.ts'
import { settleJournal } from '#change/settle.ts'
import { evaluate, kindsOf } from '#evaluate/evaluate.ts'
import type { CollectOptions, Connection, Writer } from '#model/access.ts'
import type { Assessment } from '#model/assessment.ts'
import type { Decisions } from '#model/decisions.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalRun } from '#model/journal.ts'
import type { Kind } from '#model/kinds.ts'
import type { NodeDoor } from '#model/node.ts'
import type { Progress } from '#model/progress.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Rewriter } from '#model/rewrite.ts'
import type { State } from '#model/state.ts'
import { decided, withDecided } from './decided.ts'
import type { SessionDeps, Stores } from './deps.ts'
import { withMemory } from './encryption.ts'
import { withStored } from './evidence.ts'
import { type GuideState, guideStates } from './guides.ts'
import { advance } from './progress.ts'
import { dryRunsOnly, looksOnly } from './readOnly.ts'
import type { Target } from './types.ts'

/** One open cluster of a session: what was read, what was made of it, and the doors. */
export interface Link {
  readonly target: Target
  readonly writer: Writer | undefined
  readonly nodes: NodeDoor | undefined
  readonly rewriter: Rewriter | undefined
  readonly stores: Stores
  /** Why nothing can be written to the cluster. */
  readonly readOnly: string | undefined
  /** Without the lock nothing is remembered either. */
  readonly locked: boolean
  /** What an earlier probe left in the cluster, and what was removed therefore when this link was opened. */
  readonly lifted: readonly ObjectRef[]
  readonly collect: (options: CollectOptions) => Promise<State>
  /** These kinds as they are now, for one question. */
  readonly look: (kinds: readonly Kind[], options: CollectOptions) => Promise<State>
  state: State
  assessment: Assessment
  progress: Progress
  runs: readonly JournalRun[]
  guides: readonly GuideState[]
  /** Where the last session left it. */
  readonly before: { readonly at: string; readonly score?: number } | undefined
  /** Stores the progress and evaluates under it (accepted risks and attestations change verdicts), of a new state where one is given. */
  remember(progress: Progress, state?: State): Promise<void>
  close(): Promise<void>
}

/** Connects, reads, evaluates and opens what earlier sessions left. Everything is closed again where a part fails. */
export async function openLink(deps: SessionDeps, target: Target, options: CollectOptions): Promise<Link> {
  const goOn = () => {
    if (options.signal?.aborted === true)
      throw new HardenError('interrupted', 'Interrupted while connecting.', 'Nothing was changed. Connect again when you are ready.')
  }
  const connection = await deps.connect(target, options.signal)
  const closers: (() => Promise<void>)[] = [() => connection.reader.close()]
  const close = () => closeAll(closers)
  try {
    goOn()
    const shared = await decided(deps, connection.writer)
    const kinds = kindsOf([...deps.checks, ...deps.wizards])
    const read = await connection.reader.collect(kinds, options)
    goOn()
    const locked = !deps.readOnly
    const stores = await deps.openStores(target, read.cluster, { locked })
    closers.push(() => stores.release())
    const state = await withStored(read, stores)
    const collect = async (o: CollectOptions) => withStored(await connection.reader.collect(kinds, o), stores)
    const look: Link['look'] = (some, o) => connection.reader.collect(some, o)
    goOn()
    const readOnly = deps.readOnly
      ? 'started with --read-only'
      : connection.writer === undefined
        ? (connection.readOnlyReason ?? 'there is no live cluster')
        : undefined
    // What a crash left open is found out first, so that every front end shows what stands. Where it cannot be (no right to
    // look, no answer), it stays open and is tried again before the next preview; a damaged journal is refused by `list` below.
    let lifted: readonly ObjectRef[] = []
    if (connection.writer !== undefined && readOnly === undefined) {
      lifted = await liftLeftProbes({ journal: stores.journal, writer: connection.writer }).catch(() => [])
      await settleJournal({ journal: stores.journal, ...doorsOf(connection, connection.writer) }).catch(() => [])
    }
    const old = await stores.progress.load()
    const runs = await stores.journal.list()
    goOn()
    const writer = connection.writer === undefined || readOnly === undefined ? connection.writer : dryRunsOnly(connection.writer, readOnly)
    const nodes = connection.nodes === undefined || readOnly === undefined ? connection.nodes : looksOnly(connection.nodes, readOnly)
    const rewriter = readOnly === undefined ? connection.rewriter : undefined
    return await makeLink(
      deps,
      { target, writer, nodes, rewriter, stores, readOnly, locked, lifted, collect, look, close },
      { state, progress: old, runs },
      shared,
    )
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

function doorsOf({ nodes }: Connection, writer: Writer) {
  return { writer, ...(nodes === undefined ? {} : { nodes }) }
}

type Doors = Pick<
  Link,
  'target' | 'writer' | 'nodes' | 'rewriter' | 'stores' | 'readOnly' | 'locked' | 'lifted' | 'collect' | 'look' | 'close'
>

/** The link over what was read: judged once, and what that moved in the progress stored. */
async function makeLink(
  deps: SessionDeps,
  doors: Doors,
  found: Pick<Link, 'state' | 'progress' | 'runs'>,
  shared: Decisions,
): Promise<Link> {
  const last = found.progress.history.at(-1)
  const judged = async (old: Progress, read: State) => {
    const { progress, state } = await withMemory(old, read, link?.runs ?? found.runs)
    const assessment = evaluate(state, deps.checks, deps.now(), withDecided(progress, shared))
    // History belongs to the cluster as it is: a snapshot or a folder is not it.
    const moves = state.source === 'live' || state.source === 'practice'
    const next = moves ? advance(progress, assessment) : progress
    if (doors.locked) await doors.stores.progress.save(next)
    return { state, assessment, progress: next }
  }
  let link: Link | undefined
  const opened = await judged(found.progress, found.state)
  const made: Link = {
    ...doors,
    ...opened,
    runs: found.runs,
    guides: [],
    before: last === undefined ? undefined : { at: last.at, ...(last.score === undefined ? {} : { score: last.score }) },
    // All or nothing: what could not be stored is not shown as if it had been.
    remember: async (progress, state = made.state) => void Object.assign(made, await judged(progress, state)),
  }
  link = made
  made.guides = await guideStates(made.runs, made.state, made.assessment)
  return made
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = []
  for (const closer of closers.splice(0).reverse()) await closer().catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw errors[0]
}

/** Collects and evaluates again. */
export async function reread(link: Link, options: CollectOptions): Promise<void> {
  link.runs = await link.stores.journal.list()
  await link.remember(link.progress, await link.collect(options))
  await relist(link)
}

/** The journal as it is now, and how far the files it tells of have come. */
export async function relist(link: Link): Promise<void> {
  link.runs = await link.stores.journal.list()
  link.guides = await guideStates(link.runs, link.state, link.assessment)
}

/** The link, where its cluster may be changed; HardenError `read-only` with the reason where not. */
export function writable(link: Link): Link {
  if (link.readOnly === undefined) return link
  throw new HardenError(
    'read-only',
    `Nothing is written: ${link.readOnly}.`,
    'Write the change to a folder instead, or connect without --read-only.',
  )
}

/** Without the lock nothing can be kept, and what is not kept is not said to be. */
export function rememberable(link: Link): Link {
  if (link.locked) return link
  throw new HardenError('read-only', `Nothing is remembered: ${link.readOnly ?? 'this session only reads'}.`, 'Start without --read-only.')
}
