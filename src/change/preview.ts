import { ApplyConflict, type Writer } from '#model/access.ts'
import type { Change, FieldChange, Impact, Preview, PreviewItem } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { NodeDoor } from '#model/node.ts'
import type { Json } from '#model/refs.ts'
import { type KubeObject, type ObjectRef, refKey, refLabel, refOf } from '#model/refs.ts'
import type { Text } from '#model/text.ts'
import { fieldManager } from '#model/wizard.ts'
import { hasCredential, maskFields, maskObject } from './credentials.ts'
import { fieldChanges } from './diff.ts'
import { previewNode } from './guard/item.ts'
import { previewGuide } from './guidePreview.ts'
import { checkNotInterrupted, mapLimit } from './limit.ts'
import { managedBy } from './managedBy.ts'
import { waitingImpacts, waitsFor } from './waits.ts'
import { type ObjectChange, refOfChange, send, type Wanted, wantedOf } from './wanted.ts'
import { toYaml } from './yaml.ts'

export type ObjectItem = Extract<PreviewItem, { kind: 'object' }>

export interface PreviewInput {
  readonly wizard: string
  readonly changes: readonly Change[]
  readonly impacts?: readonly Impact[]
  readonly reversible?: true | Text
  readonly cluster: { readonly uid?: string; readonly name: string }
  readonly writer: Writer
  /** Where changes on nodes can be made from here. */
  readonly nodes?: NodeDoor
  readonly signal?: AbortSignal
  /** Folder of the templates, where it is not the package's own. */
  readonly templates?: string
}

/**
 * What the changes would do: rendered, compared with what is there, and asked of the server in a dry run. Nothing is
 * written. What the server refuses and who owns what stands in the items; errors are only those that make a preview
 * impossible (unreachable, not allowed in, interrupted, a defect in a template).
 */
export async function previewChanges(input: PreviewInput): Promise<Preview> {
  const changes = together(input.changes, input.templates)
  const objects = changes.filter((change) => change.kind !== 'guide' && change.kind !== 'node')
  const found = await mapLimit(objects, (change) => look(change, input))
  const made = found.flatMap(({ wanted, live }) => (live === undefined && wanted !== undefined ? [wanted.object] : []))
  const items = new Map<Change, PreviewItem>()
  const waiting: ObjectRef[] = []
  await mapLimit(found, async (one) => {
    checkNotInterrupted(input.signal)
    items.set(one.change, await previewObject(one, made, input, waiting))
  })
  // One after the other: each is a handful of requests, and most plans hold one or two.
  for (const change of changes) if (change.kind === 'node') items.set(change, await previewNode(change, input))
  const all = changes
    .map((change) => (change.kind === 'guide' ? previewGuide(change, input.templates) : items.get(change)))
    .filter((item) => item !== undefined)
  return {
    wizard: input.wizard,
    cluster: { ...(input.cluster.uid === undefined ? {} : { uid: input.cluster.uid }), name: input.cluster.name },
    items: all,
    impacts: [...(input.impacts ?? []), ...all.flatMap(sourceImpact), ...waitingImpacts(waiting)],
    reversible: input.reversible ?? true,
    ok: all.every(possible),
  }
}

/** Nothing stands in the way of this item. */
export function possible(item: PreviewItem): boolean {
  if (item.kind === 'guide') return true
  return item.refused === undefined && (item.kind === 'node' || item.conflicts.length === 0)
}

/** Edits of the same object are one change; anything else that meets twice would work against itself. */
function together(changes: readonly Change[], templates: string | undefined): Change[] {
  const out: Change[] = []
  const seen = new Map<string, number>()
  for (const change of changes) {
    if (change.kind === 'guide' || change.kind === 'node') {
      out.push(change)
      continue
    }
    const key = refKey(refOfChange(change, templates))
    const at = seen.get(key)
    const earlier = at === undefined ? undefined : out[at]
    if (at === undefined) {
      seen.set(key, out.length)
      out.push(change)
    } else if (earlier?.kind === 'edit' && change.kind === 'edit') out[at] = { ...earlier, edits: [...earlier.edits, ...change.edits] }
    else
      throw new HardenError(
        'internal',
        `Two changes of one plan meet in ${key}.`,
        'Nothing was written. This is a defect in kubeharden: report it.',
      )
  }
  return out
}

interface Found {
  readonly change: ObjectChange
  readonly ref: ObjectRef
  readonly live?: KubeObject
  /** What is to be stored; undefined for a removal. */
  readonly wanted?: Wanted
  readonly problem?: HardenError
}

async function look(change: ObjectChange, { writer, wizard, signal, templates }: PreviewInput): Promise<Found> {
  checkNotInterrupted(signal)
  const ref = refOfChange(change, templates)
  try {
    if (ref.kind === 'Secret') throw new HardenError('rejected', 'Secrets are never read or written.', 'Change it by hand.')
    const live = await writer.get(ref)
    const found = { change, ref, ...(live === undefined ? {} : { live }) }
    if (change.kind === 'remove') return found
    if (change.kind === 'edit' && live === undefined)
      throw new HardenError('not-found', `${refLabel(ref)} is gone.`, 'Refresh and open the wizard again.')
    return { ...found, wanted: wantedOf(change, live, fieldManager(wizard), templates) }
  } catch (error) {
    return { change, ref, problem: refusal(error) }
  }
}

async function previewObject(found: Found, made: readonly KubeObject[], input: PreviewInput, waiting: ObjectRef[]): Promise<ObjectItem> {
  const { change, ref, live, wanted } = found
  const base = {
    kind: 'object',
    change,
    ref,
    yaml: '',
    fields: [],
    warnings: [],
    conflicts: [],
    action: change.kind === 'remove' ? 'delete' : live === undefined ? 'create' : 'update',
    ...(live === undefined ? {} : { before: seen(live) }),
    ...(live === undefined || managedBy(live) === undefined ? {} : { managedBy: managedBy(live) }),
  } satisfies ObjectItem
  if (found.problem !== undefined) return { ...base, refused: inWords(found.problem) }
  if (wanted === undefined) return await previewRemoval(base, live, input)
  const yaml = { yaml: change.kind === 'apply' ? wanted.yaml() : toYaml(maskObject(wanted.object, { everyEnv: true }) as unknown as Json) }
  try {
    const answer = await send(input.writer, change, wanted, live, {
      fieldManager: fieldManager(input.wizard),
      dryRun: true,
      signal: input.signal,
    })
    return { ...base, ...yaml, ...difference(live, answer.object), warnings: [...answer.warnings] }
  } catch (error) {
    const problem = refusal(error)
    if (problem.cause instanceof ApplyConflict) return await previewConflict({ ...base, ...yaml }, found, problem.cause, input)
    const first = live === undefined ? waitsFor(wanted.object, made, problem) : undefined
    if (first !== undefined) {
      waiting.push(refOf(first))
      return { ...base, ...yaml, ...difference(undefined, wanted.object) }
    }
    return { ...base, ...yaml, ...difference(live, wanted.object), refused: inWords(problem) }
  }
}

/** Shows what it would look like if the field were taken over; nothing takes it over. */
async function previewConflict(item: ObjectItem, found: Found, cause: ApplyConflict, input: PreviewInput): Promise<ObjectItem> {
  const { change, wanted, live } = found
  if (wanted === undefined) return { ...item, conflicts: cause.conflicts }
  const options = { fieldManager: fieldManager(input.wizard), dryRun: true, force: true, signal: input.signal }
  const after = await send(input.writer, change, wanted, live, options).then(
    (answer) => answer.object,
    () => wanted.object,
  )
  const shown = difference(live, after)
  return { ...item, ...shown, action: shown.action === 'none' ? 'update' : shown.action, conflicts: cause.conflicts }
}

async function previewRemoval(item: ObjectItem, live: KubeObject | undefined, { writer, signal }: PreviewInput): Promise<ObjectItem> {
  if (live === undefined) return { ...item, action: 'none' }
  if (hasCredential(live))
    return {
      ...item,
      refused: {
        message: `${refLabel(item.ref)} holds what looks like a credential.`,
        hint: 'To bring it back, it would have to be written to the journal, and credentials never are. Remove it by hand.',
      },
    }
  const fields = maskFields(item.ref.kind, fieldChanges(live, undefined)).fields
  try {
    await writer.remove(item.ref, { uid: live.metadata.uid ?? '', resourceVersion: live.metadata.resourceVersion, dryRun: true, signal })
    return { ...item, fields }
  } catch (error) {
    return { ...item, fields, refused: inWords(refusal(error)) }
  }
}

/** The shown part of an item; a changed credential is a refusal, for the way back would have to be journaled. */
export function difference(live: KubeObject | undefined, after: KubeObject) {
  const plain = fieldChanges(live, after)
  const { fields, hidden } = maskFields(after.kind, plain)
  const action: 'create' | 'none' | 'update' = live === undefined ? 'create' : plain.length === 0 ? 'none' : 'update'
  return {
    action,
    ...(live === undefined ? {} : { before: seen(live, fields) }),
    after: maskObject(after, { everyEnv: live !== undefined, shown: fields, side: 'after' }),
    fields,
    ...(hidden && live !== undefined ? { refused: credentialRefusal(after) } : {}),
  }
}

function credentialRefusal(object: KubeObject): { message: string; hint: string } {
  return {
    message: `The change touches what looks like a credential in ${refLabel(refOf(object))}.`,
    hint: 'To be undone, it would have to be written to the journal, and credentials never are. Move the value to a Secret by hand.',
  }
}

/** A live object for the screen; uid and resourceVersion stay, so that apply can tell whether it is still so. */
export function seen(live: KubeObject, shown: readonly FieldChange[] = []): KubeObject {
  const { uid, resourceVersion } = live.metadata
  const masked = maskObject(live, { everyEnv: true, shown, side: 'before' })
  return {
    ...masked,
    metadata: { ...masked.metadata, ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  }
}

/** Errors that belong to one change; the others end the preview. */
export function refusal(error: unknown): HardenError {
  const problem = toHardenError(error)
  if (['forbidden', 'rejected', 'conflict', 'not-found', 'input'].includes(problem.code)) return problem
  throw problem
}

export function inWords(problem: HardenError): { message: string; hint: string } {
  return { message: problem.message, hint: problem.hint }
}

function sourceImpact(item: PreviewItem): Impact[] {
  if (item.kind !== 'object' || item.managedBy === undefined || item.action === 'none') return []
  return [
    {
      level: 'warn',
      text: { en: '{object} is managed by {manager}, which will put it back. Write the files and change its source instead.' },
      params: { object: refLabel(item.ref), manager: item.managedBy },
    },
  ]
}
