import type { Writer } from '#model/access.ts'
import { type FieldConflict, pathLabel } from '#model/change.ts'
import type { JournalEntry } from '#model/journal.ts'
import { type Json, type KubeObject, refLabel } from '#model/refs.ts'
import { putBack } from './edits.ts'
import { isGoing, jsonEqual, meant, recreatable } from './json.ts'
import { foreignManagers, managedEntries, ownerOf, ownershipBack } from './owned.ts'

/** What is to be done to take one journaled change back, seen from the object as it is now. */
export type WayBack =
  /** It is already as it was. */
  | { readonly kind: 'none' }
  | { readonly kind: 'delete'; readonly live: KubeObject }
  /** `object` differs from `live` where values go back; `managedFields` are those to be restored afterwards. */
  | { readonly kind: 'put'; readonly live: KubeObject; readonly object: KubeObject; readonly managedFields: readonly Json[] }
  | { readonly kind: 'create'; readonly object: KubeObject; readonly managedFields: readonly Json[] }
  /** Somebody else changed the very thing. */
  | { readonly kind: 'clash'; readonly conflicts: readonly FieldConflict[]; readonly message: string; readonly hint: string }

/** Computes the way back of a done entry. Pure. */
export function wayBack(entry: JournalEntry, live: KubeObject | undefined): WayBack {
  if (entry.action === 'create') return backFromCreate(entry, live)
  if (entry.action === 'delete') return backFromDelete(entry, live)
  if (entry.action === 'update') return backFromUpdate(entry, live)
  return { kind: 'none' }
}

function backFromCreate(entry: JournalEntry, live: KubeObject | undefined): WayBack {
  if (live === undefined || isGoing(live)) return { kind: 'none' }
  if (entry.uidAfter !== undefined && live.metadata.uid !== entry.uidAfter) return madeAnew(entry)
  const others = foreignManagers(live, entry.fieldManager)
  if (live.metadata.resourceVersion === entry.resourceVersionAfter || others.length === 0) return { kind: 'delete', live }
  return {
    kind: 'clash',
    conflicts: others.map((manager) => ({ manager, field: firstField(live, manager) })),
    message: `${refLabel(entry.ref)} was changed since by ${others.join(', ')}.`,
    hint: 'Deleting it would take their change away too. Delete it by hand if that is what you want.',
  }
}

function backFromUpdate(entry: JournalEntry, live: KubeObject | undefined): WayBack {
  if (live === undefined || isGoing(live)) {
    return {
      kind: 'clash',
      conflicts: [],
      message: `${refLabel(entry.ref)} is gone.`,
      hint: 'There is nothing to put the old values back onto.',
    }
  }
  const uid = entry.uidAfter ?? entry.uidBefore
  if (uid !== undefined && live.metadata.uid !== uid) return madeAnew(entry)
  const { object, clashes } = putBack(live, entry.fields)
  if (clashes.length > 0) {
    const conflicts = clashes.map(({ path }) => ({
      manager: ownerOf(live, path, entry.fieldManager) ?? 'somebody else',
      field: pathLabel(path),
    }))
    return {
      kind: 'clash',
      conflicts,
      message: `${refLabel(entry.ref)}: ${conflicts.map((c) => `${c.field} was changed since by ${c.manager}`).join('; ')}.`,
      hint: 'Undo never takes back the change of somebody else. Decide with them, and change the field by hand.',
    }
  }
  const managedFields = ownershipBack(live.metadata.managedFields, entry.managedFieldsBefore, entry.fields, entry.fieldManager)
  if (jsonEqual(object, live) && jsonEqual(managedFields, live.metadata.managedFields ?? [])) return { kind: 'none' }
  return { kind: 'put', live, object, managedFields }
}

function backFromDelete(entry: JournalEntry, live: KubeObject | undefined): WayBack {
  const removed = entry.removed
  if (removed === undefined) return { kind: 'none' }
  // What belonged to the status is written by controllers again.
  const managedFields = managedEntries(entry.managedFieldsBefore).flatMap((e) => (e.subresource === undefined ? [e.raw] : []))
  if (live === undefined) return { kind: 'create', object: recreatable(removed), managedFields }
  if (isGoing(live))
    return {
      kind: 'clash',
      conflicts: [],
      message: `${refLabel(entry.ref)} is still being deleted.`,
      hint: 'Wait until it is gone, and undo again.',
    }
  if (!jsonEqual(meant(live), meant(removed))) return madeAnew(entry)
  const owned = managedEntries(live.metadata.managedFields).flatMap((e) => (e.subresource === undefined ? [e.raw] : []))
  return jsonEqual(owned, managedFields) ? { kind: 'none' } : { kind: 'put', live, object: live, managedFields }
}

function madeAnew(entry: JournalEntry): WayBack {
  return {
    kind: 'clash',
    conflicts: [],
    message: `${refLabel(entry.ref)} was deleted and made again by somebody else.`,
    hint: 'It is not the object that was changed, so undo leaves it alone.',
  }
}

function firstField(live: KubeObject, manager: string): string {
  const fields = managedEntries(live.metadata.managedFields).find((e) => e.manager === manager)?.fields ?? {}
  let [at, path]: [Json | undefined, string[]] = [fields, []]
  while (typeof at === 'object' && at !== null && !Array.isArray(at)) {
    const [key, inner] = Object.entries(at).find(([k]) => k !== '.') ?? []
    if (key === undefined) break
    path = [...path, key.replace(/^[fkv]:/, '')]
    at = inner as Json | undefined
  }
  return path.join('.')
}

/** Makes the requests of a way back: values first, then the ownership of the fields. */
export async function goBack(way: WayBack, entry: JournalEntry, writer: Writer, dryRun = false): Promise<Partial<JournalEntry>> {
  const options = { fieldManager: entry.fieldManager, ...(dryRun ? { dryRun } : {}) }
  if (way.kind === 'delete') {
    const { uid = '', resourceVersion } = way.live.metadata
    await writer.remove(entry.ref, { uid, resourceVersion, ...(dryRun ? { dryRun } : {}) })
    return {}
  }
  if (way.kind !== 'put' && way.kind !== 'create') return {}
  const changes = way.kind === 'create' || !jsonEqual(way.object, way.live)
  const stored = !changes
    ? way.object
    : (await (way.kind === 'create' ? writer.create(way.object, options) : writer.replace(way.object, options))).object
  if (dryRun) return {}
  const { resourceVersion = '' } = stored.metadata
  if (way.managedFields.length === 0 || jsonEqual(stored.metadata.managedFields, way.managedFields)) return ids(stored)
  const restored = await writer.jsonPatch(
    entry.ref,
    [
      { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
      { op: 'replace', path: '/metadata/managedFields', value: withStatus(stored, way) },
    ],
    options,
  )
  return ids(restored.object)
}

/** A new life of a deleted object may already have a status of its own: who owns that stays as it is. */
function withStatus(stored: KubeObject, way: Extract<WayBack, { kind: 'put' | 'create' }>): readonly Json[] {
  const has = managedEntries([...way.managedFields]).some((e) => e.subresource !== undefined)
  const status = has ? [] : managedEntries(stored.metadata.managedFields).flatMap((e) => (e.subresource === undefined ? [] : [e.raw]))
  return [...way.managedFields, ...status]
}

function ids(object: KubeObject): Partial<JournalEntry> {
  const { uid, resourceVersion } = object.metadata
  return {
    ...(uid === undefined ? {} : { uidAfter: uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersionAfter: resourceVersion }),
  }
}
