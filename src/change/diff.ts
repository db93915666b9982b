import { structuredPatch } from 'diff'
import { type FieldChange, ORDER, type PathStep } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { isJsonMap, type JsonMap, jsonEqual, meant, own } from './json.ts'
import { inOrder, itemOf, keysOf, mergeKey } from './lists.ts'
import { toYaml } from './yaml.ts'

/**
 * What changes from one object to another, by path, without status and bookkeeping. Lists with a merge key are compared
 * item by item, others whole. A map or item that is new, or gone, is one change. The values are as they are: mask them
 * with `maskFields` before anybody sees them.
 */
export function fieldChanges(before: KubeObject | undefined, after: KubeObject | undefined): FieldChange[] {
  const a = before === undefined ? skeleton(after) : meant(before)
  const b = after === undefined ? skeleton(before) : meant(after)
  return compare(a as unknown as Json, b as unknown as Json, [])
}

/** What every object has; so that a new object's changes are its fields, not one big change. */
function skeleton(object: KubeObject | undefined): JsonMap {
  if (object === undefined) return {}
  const { name, namespace } = object.metadata
  return { apiVersion: object.apiVersion, kind: object.kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }
}

function compare(before: Json | undefined, after: Json | undefined, path: readonly PathStep[]): FieldChange[] {
  if (jsonEqual(before, after)) return []
  if (isJsonMap(before) && isJsonMap(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) => compare(own(before, key), own(after, key), [...path, key]))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const field = path.at(-1)
    const key = typeof field === 'string' ? mergeKey(field, before, after) : undefined
    if (key !== undefined) return compareItems(before, after, key, path)
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

function compareItems(before: readonly Json[], after: readonly Json[], key: string, path: readonly PathStep[]): FieldChange[] {
  const [old, now] = [keysOf(before, key), keysOf(after, key)]
  const changes = [...new Set([...old, ...now])].flatMap((value) =>
    compare(itemOf(before, key, value), itemOf(after, key, value), [...path, { key, value }]),
  )
  // What putting the items back one by one would give; where that is not the old order, the order is journaled too.
  const putBack = [...now.filter((k) => old.includes(k)), ...old.filter((k) => !now.includes(k))]
  const moved = !jsonEqual(putBack, old)
  return moved ? [...changes, { path: [...path, { key: ORDER, value: key }], before: old, after: now }] : changes
}

/** What became of putting one journaled change back. */
export type Restored = { readonly kind: 'value'; readonly value: Json | undefined } | { readonly kind: 'clash' }

/**
 * Three-way merge: takes `before` where `current` is still what we left (`after`), keeps what others added beside it,
 * and is a clash where the very field was changed by somebody else.
 */
export function restoreValue(current: Json | undefined, before: Json | undefined, after: Json | undefined, field?: string): Restored {
  if (jsonEqual(current, after) || jsonEqual(current, before)) return { kind: 'value', value: before }
  if (jsonEqual(before, after)) return { kind: 'value', value: current }
  if ([current, before, after].every((v) => v === undefined || isJsonMap(v))) {
    return restoreMap((current ?? {}) as JsonMap, (before ?? {}) as JsonMap, (after ?? {}) as JsonMap, before === undefined)
  }
  if (field !== undefined && [current, before, after].every((v) => v === undefined || Array.isArray(v))) {
    const lists = [current ?? [], before ?? [], after ?? []] as const as readonly [readonly Json[], readonly Json[], readonly Json[]]
    const key = mergeKey(field, ...lists)
    if (key !== undefined) return restoreItems(lists, key, before === undefined)
  }
  return { kind: 'clash' }
}

function restoreMap(current: JsonMap, before: JsonMap, after: JsonMap, wasAbsent: boolean): Restored {
  const keys = [...new Set([...Object.keys(current), ...Object.keys(before), ...Object.keys(after)])]
  const entries: [string, Json][] = []
  for (const key of keys) {
    const restored = restoreValue(own(current, key), own(before, key), own(after, key), key)
    if (restored.kind === 'clash') return restored
    if (restored.value !== undefined) entries.push([key, restored.value])
  }
  return { kind: 'value', value: entries.length === 0 && wasAbsent ? undefined : Object.fromEntries(entries) }
}

function restoreItems([current, before, after]: readonly (readonly Json[])[] & { length: 3 }, key: string, wasAbsent: boolean): Restored {
  const [now, old, ours] = [current ?? [], before ?? [], after ?? []]
  const items: Json[] = []
  for (const value of new Set([...keysOf(now, key), ...keysOf(old, key), ...keysOf(ours, key)])) {
    const restored = restoreValue(itemOf(now, key, value), itemOf(old, key, value), itemOf(ours, key, value))
    if (restored.kind === 'clash') return restored
    if (restored.value !== undefined) items.push(restored.value)
  }
  return { kind: 'value', value: items.length === 0 && wasAbsent ? undefined : inOrder(items, key, keysOf(old, key)) }
}

export interface DiffLine {
  readonly kind: 'context' | 'add' | 'remove'
  readonly text: string
}

/** Lines of a text diff of two objects as YAML, with `context` lines around each change; pass them through `safe`. */
export function unifiedLines(before: KubeObject | undefined, after: KubeObject | undefined, context = 3): DiffLine[] {
  const [a, b] = [before, after].map((object) => (object === undefined ? '' : toYaml(meant(object) as unknown as Json)))
  const { hunks } = structuredPatch('', '', a ?? '', b ?? '', undefined, undefined, { context })
  return hunks.flatMap((hunk, i) => {
    const lines = hunk.lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => ({ kind: lineKind(line), text: line.slice(1) }) as const)
    return i === 0 ? lines : [{ kind: 'context', text: '…' } as const, ...lines]
  })
}

function lineKind(line: string): DiffLine['kind'] {
  return line.startsWith('+') ? 'add' : line.startsWith('-') ? 'remove' : 'context'
}
