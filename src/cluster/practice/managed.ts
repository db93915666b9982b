import type { FieldConflict } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { both, decode, type FieldSet, fieldName, fieldsOf, fromFieldsV1, isMap, minus, toFieldsV1, union, withParents } from './fieldSet.ts'
import { compare, merge, removePaths } from './merge.ts'

/** One owner of fields: managedFields without its fieldsV1. */
interface Owner {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time: string
  readonly subresource?: string
  readonly set: FieldSet
}

export interface Write {
  readonly manager: string
  readonly now: string
}

/** Fields that nobody owns: identity and bookkeeping. */
const UNOWNED = new Set(['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'])

/** The part of an object whose fields are owned. */
function owned(object: KubeObject | undefined): Json {
  if (object === undefined) return {}
  const { apiVersion: _a, kind: _k, metadata, status: _s, ...rest } = object
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !UNOWNED.has(key)))
  return { ...rest, ...(Object.keys(kept).length === 0 ? {} : { metadata: kept }) }
}

/** Puts an owned part back under the object's identity; `metadata` keeps its unowned fields. */
function withOwned(object: KubeObject, part: Json | undefined): KubeObject {
  const { apiVersion, kind, metadata, status } = object
  const identity = Object.fromEntries(Object.entries(metadata).filter(([key]) => UNOWNED.has(key)))
  const rest = isMap(part) ? part : {}
  const own = isMap(rest.metadata) ? rest.metadata : {}
  const whole = { apiVersion, kind, ...rest, metadata: { ...identity, ...own }, ...(status === undefined ? {} : { status }) }
  return whole as unknown as KubeObject
}

/**
 * Server-side apply: the applied fields over the live object; what this manager applied before and no longer does goes,
 * unless somebody else has it. Conflicts are fields of others with another value; they lose them where `force` is set.
 */
export function applyFields(
  live: KubeObject | undefined,
  applied: KubeObject,
  write: Write & { readonly force: boolean },
): { readonly object: KubeObject; readonly conflicts: readonly FieldConflict[] } {
  const before = owned(live)
  const mine = owned(applied)
  const owners = readOwners(live)
  // Fields that were there before ownership was kept belong to somebody: the server's name for them.
  if (owners.length === 0 && live !== undefined) owners.push(...firstOwner(live, write.now))
  const last = owners.find((o) => isMe(o, write.manager, 'Apply'))?.set ?? new Set<string>()
  const set = fieldsOf(mine)
  const others = owners.filter((o) => !isMe(o, write.manager, 'Apply'))
  // On the server metadata is always owned: the name is in it.
  const stillOwned = withParents([...others.map((o) => o.set), set].reduce(union, new Set(['["f:metadata"]'])))
  const merged = removePaths(merge(before, mine), minus(withParents(last), stillOwned))
  const changed = compare(before, merged)

  const conflicts: FieldConflict[] = []
  const left = others.map((other) => {
    const clash = both(other.set, changed.set)
    if (!write.force) conflicts.push(...[...clash].sort().map((text) => ({ manager: other.manager, field: fieldName(decode(text)) })))
    return { ...other, set: minus(minus(other.set, clash), changed.removed) }
  })
  const me: Owner = { manager: write.manager, operation: 'Apply', apiVersion: applied.apiVersion, time: write.now, set }
  return { object: withOwners(withOwned(live ?? applied, merged), [...left, me], owners), conflicts }
}

/** An ordinary write (POST, PUT, JSON Patch): what it changes belongs to its manager afterwards. */
export function updateFields(live: KubeObject | undefined, sent: KubeObject, write: Write): KubeObject {
  const before = live === undefined ? emptyOf(sent.kind) : owned(live)
  const after = owned(sent)
  const changed = compare(before, after)
  const given = sent.metadata.managedFields
  // managedFields that are sent replace the live ones: that is how ownership is given back.
  const owners = Array.isArray(given) && given.length > 0 ? readOwners(sent) : readOwners(live)
  if (owners.length === 0 && live !== undefined) return withOwners(sent, [], [])
  const me = owners.find((o) => isMe(o, write.manager, 'Update'))
  const mine = minus(union(me?.set ?? new Set<string>(), changed.set), changed.removed)
  const others = owners.filter((o) => o !== me).map((o) => ({ ...o, set: minus(minus(o.set, changed.set), changed.removed) }))
  const nothing = changed.set.size === 0 && changed.removed.size === 0
  const own: Owner = { manager: write.manager, operation: 'Update', apiVersion: sent.apiVersion, time: write.now, set: mine }
  const all = nothing ? owners : [...others, own]
  return withOwners(sent, all, owners)
}

/** All fields of an object that nobody owns. */
function firstOwner(live: KubeObject, time: string): Owner[] {
  const { set } = compare(emptyOf(live.kind), owned(live))
  return set.size === 0 ? [] : [{ manager: 'before-first-apply', operation: 'Update', apiVersion: live.apiVersion, time, set }]
}

/** What an object of a kind always has, even empty: writing into it does not own the parents. */
function emptyOf(kind: string): Json {
  const template = { metadata: {}, spec: { containers: null } }
  switch (kind) {
    case 'NetworkPolicy':
      return { metadata: {}, spec: { podSelector: {} } }
    case 'CronJob':
      return { metadata: {}, spec: { jobTemplate: { metadata: {}, spec: { template } } } }
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
      return { metadata: {}, spec: { template, strategy: {}, updateStrategy: {} } }
    case 'Role':
    case 'ClusterRole':
      return { metadata: {}, rules: null }
    default:
      return { metadata: {}, spec: {} }
  }
}

function isMe(owner: Owner, manager: string, operation: Owner['operation']): boolean {
  return owner.manager === manager && owner.operation === operation && owner.subresource === undefined
}

function readOwners(object: KubeObject | undefined): Owner[] {
  const list = object?.metadata.managedFields
  if (!Array.isArray(list)) return []
  return (list as readonly Json[]).filter(isMap).map((entry) => ({
    manager: String(entry.manager ?? ''),
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry.apiVersion ?? ''),
    time: String(entry.time ?? ''),
    ...(typeof entry.subresource === 'string' ? { subresource: entry.subresource } : {}),
    set: fromFieldsV1(entry.fieldsV1),
  }))
}

/** Owners without fields are left out; one whose fields stayed the same keeps its time. */
function withOwners(object: KubeObject, owners: readonly Owner[], earlier: readonly Owner[]): KubeObject {
  const entries = owners
    .filter((o) => o.set.size > 0)
    .map(({ set, ...owner }) => {
      const old = earlier.find((e) => e.manager === owner.manager && e.operation === owner.operation && e.subresource === owner.subresource)
      const unchanged = old !== undefined && old.set.size === set.size && minus(set, old.set).size === 0
      return { ...owner, time: unchanged ? old.time : owner.time, fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(set) }
    })
    .sort((a, b) => order(a, b))
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, ...(entries.length === 0 ? {} : { managedFields: entries }) } as KubeObject['metadata'] }
}

/** As the server sorts them: Apply first, then by time and manager. */
function order(a: Omit<Owner, 'set'>, b: Omit<Owner, 'set'>): number {
  if (a.operation !== b.operation) return a.operation === 'Apply' ? -1 : 1
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  return a.manager < b.manager ? -1 : 1
}
