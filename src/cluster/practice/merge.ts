import { isDeepStrictEqual } from 'node:util'
import type { Json } from '#model/refs.ts'
import { encode, type FieldSet, isMap, itemElement, mergeKind, type Path } from './fieldSet.ts'
import type { Merge } from './listTypes.ts'

type JsonMap = { readonly [key: string]: Json | undefined }

/** Lays an applied value over the live one, field by field as the API server does. */
export function merge(live: Json | undefined, applied: Json | undefined, names: readonly string[] = []): Json | undefined {
  if (applied === undefined) return live
  const how = mergeKind(applied, names)
  if (how === undefined || how.kind === 'atomic' || live === undefined || live === null) return applied
  if (Array.isArray(applied)) {
    if (!Array.isArray(live)) return applied
    return mergeItems(live, applied, how, names)
  }
  if (!isMap(applied) || !isMap(live)) return applied
  // A Map, since a key such as __proto__ must stay a key.
  const result = new Map(Object.entries(live))
  for (const [key, value] of Object.entries(applied))
    if (value !== undefined) result.set(key, merge(result.get(key), value, [...names, key]))
  return Object.fromEntries(result)
}

/** Items of both lists: the applied ones keep their order, those only in the live list stay between them (structured-merge-diff, typed/merge.go). */
function mergeItems(live: readonly Json[], applied: readonly Json[], how: Merge, names: readonly string[]): Json[] {
  const left = live.map((item) => ({ item, element: itemElement(item, how) }))
  const right = applied.map((item) => ({ item, element: itemElement(item, how) }))
  const old = new Map(left.map((l) => [l.element, l.item]))
  const wanted = new Set(right.map((r) => r.element))
  const shared = right.filter((r) => old.has(r.element)).map((r) => r.element)
  const done = new Set<string>()
  const out: Json[] = []
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    const [a, b] = [left[l], right[r]]
    if (a !== undefined && !wanted.has(a.element)) {
      out.push(a.item)
      l += 1
    } else if (a !== undefined && (done.has(a.element) || (b !== undefined && a.element !== b.element && shared[0] !== a.element))) l += 1
    else if (b !== undefined) {
      out.push(merge(old.get(b.element), b.item, names) ?? b.item)
      done.add(b.element)
      if (shared[0] === b.element) shared.shift()
      if (a?.element === b.element) l += 1
      r += 1
    } else l += 1
  }
  return out
}

/** The value without the given paths; what hangs below a removed path goes with it. */
export function removePaths(value: Json | undefined, paths: FieldSet, path: Path = [], names: readonly string[] = []): Json | undefined {
  const how = mergeKind(value, names)
  if (how === undefined || how.kind === 'atomic') return value
  if (Array.isArray(value))
    return value.flatMap((item: Json) => {
      const at = [...path, itemElement(item, how)]
      if (paths.has(encode(at))) return []
      const kept = isMap(item) ? removePaths(item, paths, at, names) : item
      return kept === undefined ? [] : [kept]
    })
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      const at = [...path, `f:${key}`]
      return paths.has(encode(at)) ? [] : [[key, removePaths(child, paths, at, [...names, key])]]
    }),
  )
}

/** What changed from one value to another: leaves, and whole fields and items that came or went. */
export interface Comparison {
  /** Modified and added paths. */
  readonly set: FieldSet
  readonly removed: FieldSet
}

export function compare(before: Json | undefined, after: Json | undefined): Comparison {
  const set = new Set<string>()
  const removed = new Set<string>()
  diff(before, after, [], [], { set, removed })
  return { set, removed }
}

interface Out {
  readonly set: Set<string>
  readonly removed: Set<string>
}

function diff(before: Json | undefined, after: Json | undefined, path: Path, names: readonly string[], out: Out): void {
  if (before === undefined && after === undefined) return
  if (before === undefined || after === undefined) {
    const into = before === undefined ? out.set : out.removed
    if (path.length > 0) into.add(encode(path))
    collect(before ?? after, path, names, into)
    return
  }
  const how = mergeKind(after ?? before, names)
  if ((before === null || after === null) && how !== undefined && how.kind !== 'atomic') {
    const empty = Array.isArray(before ?? after) ? [] : {}
    diff(before ?? empty, after ?? empty, path, names, out)
    return
  }
  const same = mergeKind(before, names)?.kind === how?.kind && Array.isArray(before) === Array.isArray(after)
  if (how === undefined || how.kind === 'atomic' || !same) {
    if (!isDeepStrictEqual(before, after)) out.set.add(encode(path))
    return
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const old = new Map(before.map((item: Json) => [itemElement(item, how), item]))
    const now = new Map(after.map((item: Json) => [itemElement(item, how), item]))
    for (const element of new Set([...old.keys(), ...now.keys()])) {
      const [a, b] = [old.get(element), now.get(element)]
      // Items of a set are equal by their element; keyed ones are compared inside.
      if (a === undefined || b === undefined || isMap(a)) diff(a, b, [...path, element], names, out)
    }
    return
  }
  if (!isMap(before) || !isMap(after)) return
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    diff((before as JsonMap)[key], (after as JsonMap)[key], [...path, `f:${key}`], [...names, key], out)
  }
}

/** Every path below a value that came or went as a whole, parents too. */
function collect(value: Json | undefined, path: Path, names: readonly string[], into: Set<string>): void {
  const how = mergeKind(value, names)
  if (how === undefined || how.kind === 'atomic') return
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      const at = [...path, itemElement(item, how)]
      into.add(encode(at))
      if (isMap(item)) collect(item, at, names, into)
    }
    return
  }
  for (const [key, child] of Object.entries(isMap(value) ? value : {})) {
    if (child === undefined) continue
    const at = [...path, `f:${key}`]
    into.add(encode(at))
    collect(child, at, [...names, key], into)
  }
}
