import type { Writer } from '#model/access.ts'
import type { Preview, PreviewItem } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalEntry, JournalRun } from '#model/journal.ts'
import type { NodeDoor } from '#model/node.ts'
import { type Json, type KubeObject, refLabel } from '#model/refs.ts'
import { fieldManager } from '#model/wizard.ts'
import { hasCredential, maskFields } from './credentials.ts'
import { fieldChanges } from './diff.ts'
import { getAt } from './edits.ts'
import { checkFolder, writeGuide } from './files.ts'
import { checkCopy } from './guard/bundle.ts'
import { makeBundle } from './guard/make.ts'
import { type MakeBundle, nodeEntry, nodeStep, proofOf } from './guard/run.ts'
import { type ChangeStep, runId, runSteps, type Step } from './journaling.ts'
import { jsonEqual } from './json.ts'
import { KeyRing } from './keys.ts'
import { checkNotInterrupted, mapLimit } from './limit.ts'
import { foreignManagers } from './owned.ts'
import { type ObjectItem, seen } from './preview.ts'
import { guideReadme } from './readme.ts'
import { send, wantedOf } from './wanted.ts'

export interface ApplyInput {
  readonly writer: Writer
  /** The way to the nodes, where there is one. */
  readonly nodes?: NodeDoor
  /** What travels to a node; the package's own script where it is not given. */
  readonly bundle?: MakeBundle
  readonly journal: Journal
  /** Who answers for it: the user of the kubeconfig context, or of the machine. */
  readonly who: string
  readonly server?: string
  /** Where the files of guided changes go, and a copy of files with keys that go to nodes. */
  readonly outDir?: string
  readonly onProgress?: (step: ChangeStep) => void
  readonly signal?: AbortSignal
  readonly templates?: string
}

/**
 * Carries out a preview, in its order. HardenError: `rejected` where the preview is not ok, `conflict` where the cluster
 * is no longer as previewed (nothing was written), `change-failed` where a change failed in the middle, `interrupted`
 * after Ctrl-C; with the last two the journal says what was done.
 */
export async function applyPreview(preview: Preview, input: ApplyInput): Promise<JournalRun> {
  if (!preview.ok)
    throw new HardenError(
      'rejected',
      'The preview shows changes that cannot be made. Nothing was written.',
      'Look at the preview and change the answers.',
    )
  checkNotInterrupted(input.signal)
  const items = preview.items.filter((item) => item.kind === 'guide' || item.action !== 'none')
  const guides = items.flatMap((item) => (item.kind === 'guide' ? [item.change] : []))
  const keys = new KeyRing()
  checkCopy(
    items.flatMap((item) => (item.kind === 'node' ? [item] : [])),
    input.outDir,
  )
  const folders = await guideFolder(items, input.outDir)
  const id = runId()
  const lives = await mapLimit(items, async (item) => (item.kind === 'object' ? await stillSo(item, input.writer) : undefined))
  const steps = items.map((item, i): Step => {
    const entryId = String(i + 1)
    if (item.kind === 'object') return objectStep(item, lives[i], entryId, preview.wizard, input)
    if (item.kind === 'node') {
      if (item.change.kind !== 'node') throw notToApply()
      const planned = nodeEntry(item, item.change, entryId, id, preview.wizard)
      return nodeStep(planned, item.change, { ...input, bundle: input.bundle ?? makeBundle, keys })
    }
    const dir = folders ?? ''
    const folder = { apiVersion: 'kubeharden/v1', kind: 'Folder', name: dir }
    const entry = { ...plannedEntry(entryId, preview.wizard, 'files', folder), proof: proofOf(item.change.proof) }
    const more = item.change === guides[0] ? guideReadme(preview, guides) : []
    return { entry, send: async () => ({ files: [...(await writeGuide(item.change, dir, keys, input.templates, more))] }) }
  })
  const run: JournalRun = {
    schemaVersion: 1,
    id,
    kind: 'apply',
    cluster: { ...preview.cluster, ...(input.server === undefined ? {} : { server: input.server }) },
    who: input.who,
    startedAt: new Date().toISOString(),
    entries: steps.map((step) => step.entry),
  }
  return await runSteps(run, steps, input)
}

function notToApply(): HardenError {
  return new HardenError('internal', 'The preview of an undo cannot be applied.', 'Use undo.')
}

async function guideFolder(items: readonly PreviewItem[], outDir: string | undefined): Promise<string | undefined> {
  if (outDir !== undefined && items.some((item) => item.kind === 'node')) await checkFolder(outDir)
  if (!items.some((item) => item.kind === 'guide')) return undefined
  if (outDir === undefined)
    throw new HardenError('input', 'This plan writes files, and no folder for them was named.', 'Name an empty folder with --out.')
  await checkFolder(outDir)
  return outDir
}

/** The live object, when it is still what the preview showed; status and bookkeeping may have moved on. */
export async function stillSo(item: ObjectItem, writer: Writer): Promise<KubeObject | undefined> {
  const live = await writer.get(item.ref)
  const before = item.before
  const same =
    live === undefined || before === undefined
      ? live === before
      : live.metadata.uid === before.metadata.uid &&
        (live.metadata.resourceVersion === before.metadata.resourceVersion ||
          jsonEqual(seen(live, shownOf(item, live)), {
            ...before,
            metadata: { ...before.metadata, resourceVersion: live.metadata.resourceVersion },
          }))
  if (same) return live
  throw new HardenError(
    'conflict',
    `${refLabel(item.ref)} has changed since the preview. Nothing was written.`,
    'Look at a new preview and apply that.',
  )
}

/** The fields that the preview showed, with what is in them now: a foreign edit of just these is a change as well. */
function shownOf(item: ObjectItem, live: KubeObject): ObjectItem['fields'] {
  if (item.action !== 'update') return []
  const now = item.fields.map(({ path }) => {
    const before = getAt(live as unknown as Json, path)
    return { path, ...(before === undefined ? {} : { before }) }
  })
  return maskFields(live.kind, now).fields
}

export function plannedEntry(id: string, wizard: string, action: JournalEntry['action'], ref: JournalEntry['ref']): JournalEntry {
  return { id, wizard, ref, action, fieldManager: fieldManager(wizard), state: 'planned', fields: [] }
}

/** What is noted of the live object before anything is sent. */
export function beforeOf(live: KubeObject | undefined): Partial<JournalEntry> {
  const { uid, resourceVersion } = live?.metadata ?? {}
  return {
    ...(uid === undefined ? {} : { uidBefore: uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersionBefore: resourceVersion }),
  }
}

export function afterOf(object: KubeObject): Partial<JournalEntry> {
  const { uid, resourceVersion } = object.metadata
  return {
    ...(uid === undefined ? {} : { uidAfter: uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersionAfter: resourceVersion }),
  }
}

function objectStep(item: ObjectItem, live: KubeObject | undefined, id: string, wizard: string, input: ApplyInput): Step {
  const { change, ref, action } = item
  if (change.kind === 'restore' || change.kind === 'guide' || change.kind === 'node') throw notToApply()
  const planned = { ...plannedEntry(id, wizard, action === 'none' ? 'update' : action, ref), ...beforeOf(live) }
  if (change.kind === 'remove') return removeStep(planned, live, input)
  const entry: JournalEntry =
    live === undefined ? planned : { ...planned, fields: journaled(item.fields), managedFieldsBefore: live.metadata.managedFields ?? [] }
  const wanted = wantedOf(change, live, entry.fieldManager, input.templates)
  return {
    entry,
    send: async () => {
      const { object } = await send(input.writer, change, wanted, live, { fieldManager: entry.fieldManager })
      if (live === undefined) {
        refuseRace(object, entry)
        return afterOf(object)
      }
      const { fields, hidden } = maskFields(ref.kind, fieldChanges(live, object))
      return { ...afterOf(object), ...(hidden ? {} : { fields: journaled(fields) }) }
    },
  }
}

function removeStep(planned: JournalEntry, live: KubeObject | undefined, input: ApplyInput): Step {
  if (live === undefined) throw new HardenError('internal', 'Nothing to remove.', 'This is a defect in kubeharden: report it.')
  // The preview has looked already; but masked values look alike, and what goes into the journal is looked at itself.
  if (hasCredential(live))
    throw new HardenError(
      'conflict',
      `${refLabel(planned.ref)} now holds what looks like a credential. Nothing was written.`,
      'Look at a new preview.',
    )
  const { uid = '', resourceVersion } = live.metadata
  return {
    entry: { ...planned, removed: live, managedFieldsBefore: live.metadata.managedFields ?? [] },
    send: async () => {
      await input.writer.remove(planned.ref, { uid, resourceVersion })
      return {}
    },
  }
}

/** An apply cannot be told to create only. Where somebody made the object a moment before, undo must not delete it. */
function refuseRace(object: KubeObject, entry: JournalEntry): void {
  const others = foreignManagers(object, entry.fieldManager)
  if (others.length === 0) return
  throw new HardenError(
    'conflict',
    `It was created by ${others.join(', ')} at the same moment, and our fields were added to it.`,
    `Look at the object; undo leaves it alone, because it is not ours.`,
  )
}

/** As the journal's schema wants it: mutable copies, plain JSON. */
export function journaled(fields: ObjectItem['fields']): JournalEntry['fields'] {
  return structuredClone(fields) as unknown as JournalEntry['fields']
}
