import type { Writer } from '#model/access.ts'
import type { Impact, NodeItem, Preview, Restore } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { canGoBack, type Journal, type JournalEntry, type JournalRun, PROBE } from '#model/journal.ts'
import type { NodeDoor } from '#model/node.ts'
import { type Json, type KubeObject, refKey, refLabel } from '#model/refs.ts'
import { type ApplyInput, beforeOf, journaled, stillSo } from './apply.ts'
import { goBack, type WayBack, wayBack } from './back.ts'
import { maskFields, maskObject } from './credentials.ts'
import { fieldChanges } from './diff.ts'
import { previewNodeBack, swapped } from './guard/back.ts'
import { makeBundle } from './guard/make.ts'
import { nodeUndoStep } from './guard/run.ts'
import { runId, runSteps, type Step } from './journaling.ts'
import { KeyRing } from './keys.ts'
import { checkNotInterrupted, mapLimit } from './limit.ts'
import { difference, inWords, type ObjectItem, possible, refusal, seen } from './preview.ts'
import { toYaml } from './yaml.ts'

export interface UndoInput {
  readonly writer: Writer
  readonly nodes?: NodeDoor
  readonly journal: Journal
  /** What the session knows beforehand about taking an entry back: why not, or what cannot be told. */
  readonly verdict?: (entry: JournalEntry) => BackVerdict
  readonly signal?: AbortSignal
}

export interface BackVerdict {
  readonly refused?: { readonly message: string; readonly hint: string }
  readonly warning?: string
}

/**
 * What the undo of a run would do, newest change first. What somebody else changed since in the very fields stands in
 * the items as conflicts and is never taken back; edits of others elsewhere survive.
 */
export async function previewUndo(run: JournalRun, input: UndoInput): Promise<Preview> {
  const entries = undoable(run)
  const later = laterChanges(run, await input.journal.list())
  const items = await mapLimit(entries, async (entry): Promise<ObjectItem | NodeItem> => {
    const again = later.get(refKey(entry.ref))
    if (entry.action !== 'node') return previewBack(run, entry, again, input)
    const { refused, warning } = input.verdict?.(entry) ?? {}
    const item = await previewNodeBack(run, entry, again, input)
    return {
      ...item,
      ...(warning === undefined ? {} : { warnings: [...item.warnings, warning] }),
      ...(refused === undefined ? {} : { refused }),
    }
  })
  return {
    wizard: 'undo',
    cluster: { ...(run.cluster.uid === undefined ? {} : { uid: run.cluster.uid }), name: run.cluster.name },
    items,
    impacts: [...items.flatMap(namespaceImpact), ...run.entries.flatMap(filesImpact)],
    reversible: { en: 'An undo is not undone; apply the wizard again instead.' },
    ok: items.every(possible),
  }
}

/** Takes a run back as previewed. Journaled like an apply; after a crash or Ctrl-C a second undo goes on. */
export async function applyUndo(preview: Preview, input: Omit<ApplyInput, 'outDir' | 'templates'>): Promise<JournalRun> {
  const items = preview.items.flatMap((item) =>
    (item.kind === 'object' && item.change.kind === 'restore') || (item.kind === 'node' && item.change.kind === 'restore-node')
      ? [{ item, change: item.change }]
      : [],
  )
  const id = items[0]?.change.run
  const run = id === undefined ? undefined : await input.journal.get(id)
  if (run === undefined) throw new HardenError('input', 'There is nothing to undo.', 'kubeharden journal lists what was done.')
  if (!preview.ok)
    throw new HardenError(
      'conflict',
      'Not everything can be taken back. Nothing was written.',
      'The preview says what changed since, and by whom.',
    )
  checkNotInterrupted(input.signal)
  await mapLimit(items, async ({ item }) => (item.kind === 'object' ? await stillSo(item, input.writer) : undefined))
  const marks = new Marks(run, input.journal)
  const steps = items.map(({ item, change }) => {
    const original = entryOf(run, change)
    if (item.kind === 'object') return undoStep(item, original, marks, input.writer)
    const guard = { ...input, bundle: input.bundle ?? makeBundle, keys: new KeyRing() }
    return nodeUndoStep(nodeBackEntry(original), original, guard, () => marks.undone(original.id))
  })
  const undo: JournalRun = {
    schemaVersion: 1,
    id: runId(),
    kind: 'undo',
    undoes: run.id,
    cluster: run.cluster,
    who: input.who,
    startedAt: new Date().toISOString(),
    entries: steps.map((step) => step.entry),
  }
  return await runSteps(undo, steps, input)
}

/** Marks entries of the undone run, one after the other, on disk. */
export class Marks {
  #run: JournalRun
  readonly #journal: Journal
  constructor(run: JournalRun, journal: Journal) {
    this.#run = run
    this.#journal = journal
  }
  async undone(id: string): Promise<void> {
    const mark = { state: 'undone', undoneAt: new Date().toISOString() } as const
    this.#run = { ...this.#run, entries: this.#run.entries.map((e) => (e.id === id ? { ...e, ...mark } : e)) }
    await this.#journal.save(this.#run)
  }
}

function undoable(run: JournalRun): JournalEntry[] {
  if (run.kind === 'undo') throw new HardenError('input', `Run ${run.id} is an undo itself.`, 'Apply the wizard again instead.')
  const open = run.entries.find((e) => e.state === 'sent' || e.state === 'planned')
  if (open !== undefined)
    throw new HardenError(
      'conflict',
      `Run ${run.id} was interrupted and is not settled.`,
      'Connect to the cluster once more: that settles it.',
    )
  const entries = run.entries.filter((e) => e.state === 'done' && canGoBack(e)).toReversed()
  if (entries.length > 0) return entries
  const files = run.entries.some((e) => e.action === 'files' && e.state === 'done')
  throw new HardenError(
    'input',
    `Run ${run.id} changed nothing in the cluster that is still there to undo.`,
    files
      ? 'It wrote files; the way back on the nodes is in their README.md.'
      : run.entries.some((e) => e.action === 'rewrite')
        ? 'What was stored again holds what it held before: there is nothing to take back.'
        : run.entries.some((e) => e.wizard === PROBE)
          ? 'What a probe writes is removed by itself: nothing of it is left.'
          : 'kubeharden journal lists what was done.',
  )
}

/** Objects that a later run changed again: that one is to be undone first. */
function laterChanges(run: JournalRun, runs: readonly JournalRun[]): Map<string, string> {
  const later = runs.slice(runs.findIndex((r) => r.id === run.id) + 1).filter((r) => r.kind === 'apply')
  return new Map(
    later.flatMap((r) => r.entries.filter((e) => e.state === 'done' || e.state === 'sent').map((e) => [refKey(e.ref), r.id] as const)),
  )
}

async function previewBack(
  run: JournalRun,
  entry: JournalEntry,
  later: string | undefined,
  { writer, signal }: UndoInput,
): Promise<ObjectItem> {
  checkNotInterrupted(signal)
  const live = await writer.get(entry.ref)
  const way = wayBack(entry, live)
  const base = {
    kind: 'object',
    change: { kind: 'restore', ref: entry.ref, run: run.id, entry: entry.id } satisfies Restore,
    ref: entry.ref,
    action: ({ create: 'delete', update: 'update', delete: 'create', files: 'none', node: 'none', rewrite: 'none' } as const)[entry.action],
    yaml: '',
    fields: [],
    warnings: [],
    conflicts: [],
    ...(live === undefined ? {} : { before: seen(live) }),
  } satisfies ObjectItem
  if (later !== undefined && way.kind !== 'none')
    return {
      ...base,
      refused: { message: `${refLabel(entry.ref)} was changed again by run ${later}.`, hint: `Undo that first: kubeharden undo ${later}` },
    }
  if (way.kind === 'none') return { ...base, action: 'none' }
  if (way.kind === 'clash') return { ...base, conflicts: way.conflicts, refused: { message: way.message, hint: way.hint } }
  const shown = { ...base, ...show(way, live) }
  try {
    await goBack(way, entry, writer, true)
    return shown
  } catch (error) {
    return { ...shown, refused: inWords(refusal(error)) }
  }
}

function show(way: Extract<WayBack, { kind: 'put' | 'create' | 'delete' }>, live: KubeObject | undefined): Partial<ObjectItem> {
  if (way.kind === 'delete') return { fields: maskFields(way.live.kind, fieldChanges(way.live, undefined)).fields }
  const { before, after, fields } = difference(live, way.object)
  const yaml = toYaml(maskObject(way.object, { everyEnv: true, shown: fields }) as unknown as Json)
  return { yaml, after, fields, ...(before === undefined ? {} : { before }) }
}

function nodeBackEntry(original: JournalEntry): JournalEntry {
  const { id, wizard, ref, fieldManager, node } = original
  const back = node === undefined ? {} : { node: { ...node, outcome: undefined } }
  return { id, wizard, ref, action: 'node', fieldManager, state: 'planned', fields: journaled(original.fields.map(swapped)), ...back }
}

function entryOf(run: JournalRun, change: { readonly run: string; readonly entry: string }): JournalEntry {
  const entry = run.entries.find((e) => e.id === change.entry)
  if (entry === undefined || change.run !== run.id)
    throw new HardenError('internal', 'The preview belongs to another run.', 'Preview the undo again.')
  return entry
}

function undoStep(item: ObjectItem, original: JournalEntry, marks: Marks, writer: Writer): Step {
  const fields = original.fields.map(swapped)
  const entry: JournalEntry = {
    id: original.id,
    wizard: original.wizard,
    ref: original.ref,
    action: ({ create: 'delete', update: 'update', delete: 'create', files: 'files', node: 'node', rewrite: 'rewrite' } as const)[
      original.action
    ],
    fieldManager: original.fieldManager,
    state: 'planned',
    fields: journaled(fields),
    ...beforeOf(item.before),
  }
  return {
    entry,
    send: async () => {
      // Looked at again: a step before this one, or somebody else, may have changed it meanwhile.
      const way = wayBack(original, await writer.get(original.ref))
      if (way.kind === 'clash') throw new HardenError('conflict', way.message, way.hint)
      return await goBack(way, original, writer)
    },
    afterwards: async () => await marks.undone(original.id),
  }
}

function namespaceImpact(item: ObjectItem | NodeItem): Impact[] {
  if (item.kind === 'node' || item.ref.kind !== 'Namespace' || item.action !== 'delete') return []
  return [
    {
      level: 'danger',
      text: { en: 'Deleting the namespace {name} deletes everything in it, whoever made it.' },
      params: { name: item.ref.name },
    },
  ]
}

function filesImpact(entry: JournalEntry): Impact[] {
  if (entry.action !== 'files' || entry.state !== 'done') return []
  return [
    {
      level: 'info',
      text: { en: 'The files in {dir} stay where they are; the way back on the nodes is in their README.md.' },
      params: { dir: entry.ref.name },
    },
  ]
}
