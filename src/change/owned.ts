import { type FieldChange, ORDER, type PathStep } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { setAt } from './edits.ts'
import { isJsonMap, type JsonMap, jsonEqual, own } from './json.ts'

/** One entry of metadata.managedFields; `fieldsV1` is a tree of `f:name`, `k:{"key":…}`, `v:…` and `.`. */
export interface ManagedEntry {
  readonly manager: string
  readonly operation: string
  readonly apiVersion: string
  readonly time?: string
  readonly subresource?: string
  readonly fields: JsonMap
  readonly raw: JsonMap
}

export function managedEntries(value: Json | undefined): ManagedEntry[] {
  if (!Array.isArray(value)) return []
  return (value as readonly Json[]).flatMap((raw) => {
    if (!isJsonMap(raw)) return []
    const text = (key: string): string => (typeof raw[key] === 'string' ? raw[key] : '')
    return [
      {
        manager: text('manager'),
        operation: text('operation'),
        apiVersion: text('apiVersion'),
        ...(text('subresource') === '' ? {} : { subresource: text('subresource') }),
        fields: isJsonMap(raw.fieldsV1) ? raw.fieldsV1 : {},
        raw,
      },
    ]
  })
}

/** Managers that only do their duty; what they note in an object is nobody's decision. */
const CONTROLLERS = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet', 'cloud-controller-manager', 'kube-apiserver'])

/** Who but us, and but controllers and status, has set fields of the object. */
export function foreignManagers(object: KubeObject, ours: string): string[] {
  const others = managedEntries(object.metadata.managedFields).filter(
    (e) => e.manager !== ours && e.subresource === undefined && !CONTROLLERS.has(e.manager),
  )
  return [...new Set(others.map((e) => e.manager))]
}

export function ownsSomething(object: KubeObject, manager: string): boolean {
  return managedEntries(object.metadata.managedFields).some((e) => e.manager === manager)
}

/** Who owns the field now, but for `ours`: the manager to be named in a clash. */
export function ownerOf(object: KubeObject, path: readonly PathStep[], ours: string): string | undefined {
  return managedEntries(object.metadata.managedFields).find((e) => e.manager !== ours && under(e.fields, path) !== undefined)?.manager
}

/**
 * The object to apply, with what this manager's earlier applies own and the new object leaves out: otherwise a second
 * apply would silently take the first one back. Only single values in maps are merged in (labels, annotations, quota's
 * `hard`); lists are replaced or left out as the new object says, so that a wizard can narrow what it made.
 */
export function mergeOwned(object: KubeObject, live: KubeObject, manager: string): { object: KubeObject; added: readonly FieldChange[] } {
  const entry = managedEntries(live.metadata.managedFields).find((e) => e.manager === manager && e.operation === 'Apply')
  const added = entry === undefined ? [] : missing(entry.fields, live as unknown as Json, object as unknown as Json, [])
  const merged = added.reduce<Json>((value, { path, after }) => setAt(value, path, after ?? null), object as unknown as Json)
  return { object: merged as unknown as KubeObject, added }
}

function missing(fields: JsonMap, live: Json | undefined, wanted: Json | undefined, path: readonly string[]): FieldChange[] {
  return Object.entries(fields).flatMap(([key, inner]) => {
    if (!key.startsWith('f:') || !isJsonMap(live) || (wanted !== undefined && !isJsonMap(wanted))) return []
    const name = key.slice(2)
    const value = own(live, name)
    const has = wanted === undefined ? undefined : own(wanted, name)
    if (value === undefined || Array.isArray(value) || value === null) return []
    const leaf = !isJsonMap(inner) || Object.keys(inner).every((k) => k === '.')
    if (leaf) return has === undefined ? [{ path: [...path, name], after: value }] : []
    return missing(inner as JsonMap, value, has, [...path, name])
  })
}

/** The part of a set of fields that lies at or under a path; a leaf on the way (an atomic list) counts whole. */
function under(fields: JsonMap, path: readonly PathStep[]): JsonMap | undefined {
  const [step, ...rest] = path
  if (step === undefined) return fields
  const hits = Object.entries(fields).flatMap(([key, inner]): [string, Json][] => {
    if (!matches(key, step)) return []
    const map = isJsonMap(inner) ? inner : {}
    if (Object.keys(map).length === 0) return [[key, {}]]
    const deeper = under(map, rest)
    return deeper === undefined ? [] : [[key, deeper]]
  })
  return hits.length === 0 ? undefined : Object.fromEntries(hits)
}

function without(fields: JsonMap, path: readonly PathStep[]): JsonMap | undefined {
  const [step, ...rest] = path
  if (step === undefined) return undefined
  const entries = Object.entries(fields).flatMap(([key, inner]): [string, Json][] => {
    if (!matches(key, step)) return [[key, inner ?? {}]]
    const map = isJsonMap(inner) ? inner : {}
    const left = Object.keys(map).length === 0 ? undefined : without(map, rest)
    return left === undefined ? [] : [[key, left]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function matches(key: string, step: PathStep): boolean {
  if (typeof step === 'string') return key === `f:${step}`
  if (!key.startsWith('k:')) return false
  const parsed = JSON.parse(key.slice(2)) as JsonMap
  return Object.hasOwn(parsed, step.key) && String(parsed[step.key]) === step.value
}

function union(a: JsonMap, b: JsonMap): JsonMap {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted()
  return Object.fromEntries(
    keys.map((key) => {
      const [x, y] = [own(a, key), own(b, key)]
      return [key, isJsonMap(x) && isJsonMap(y) ? union(x, y) : (x ?? y ?? {})]
    }),
  )
}

/**
 * metadata.managedFields as they are to be after an undo. Of our own entries those before the change; of everybody else
 * what they own now, and on the changed paths what they owned before. Where nobody came in between, that is exactly
 * what was there before.
 */
export function ownershipBack(now: Json | undefined, before: Json | undefined, fields: readonly FieldChange[], ours: string): Json[] {
  const paths = fields.map((f) => f.path).filter((path) => !path.some((step) => typeof step === 'object' && step.key === ORDER))
  const [entriesNow, entriesBefore] = [managedEntries(now), managedEntries(before)]
  const id = (e: ManagedEntry): string => [e.manager, e.operation, e.apiVersion, e.subresource ?? ''].join('|')
  const current = new Map(entriesNow.filter((e) => e.manager !== ours).map((e) => [id(e), e]))
  const out: Json[] = []
  for (const old of entriesBefore) {
    const live = current.get(id(old))
    current.delete(id(old))
    if (old.manager === ours || (live !== undefined && jsonEqual(outside(live.fields, paths), outside(old.fields, paths)))) {
      out.push(old.raw)
      continue
    }
    const fieldsV1 = paths.map((p) => under(old.fields, p) ?? {}).reduce(union, live?.fields ?? {})
    // An entry that vanished, although it owned more than we changed, was taken over by somebody else.
    const all = live === undefined && outside(old.fields, paths) === undefined ? old.fields : fieldsV1
    if (Object.keys(all).length > 0) out.push({ ...(live ?? old).raw, fieldsV1: all })
  }
  return [...out, ...[...current.values()].map((e) => e.raw)]
}

function outside(fields: JsonMap, paths: readonly (readonly PathStep[])[]): JsonMap | undefined {
  return paths.reduce<JsonMap | undefined>((left, path) => (left === undefined ? undefined : without(left, path)), fields)
}
