import type { Json } from '#model/refs.ts'
import { type Merge, mergeOf } from './listTypes.ts'

/** Path elements as fieldsV1 writes them: `f:spec`, `k:{"name":"web"}`, `v:"x"`. */
export type Path = readonly string[]
/** A set of paths; each stands as its JSON text, so that sets can be compared and joined. */
export type FieldSet = ReadonlySet<string>
type JsonMap = { readonly [key: string]: Json | undefined }

export const encode = (path: Path): string => JSON.stringify(path)
export const decode = (text: string): Path => JSON.parse(text) as string[]

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Does a value have fields or items of its own in a field set, or is it one leaf? */
export function mergeKind(value: Json | undefined, names: readonly string[]): Merge | undefined {
  if (Array.isArray(value)) return mergeOf(names, true)
  return isMap(value) ? mergeOf(names, false) : undefined
}

/** The element of a list item. Keys stand in the order of their names, defaults filled in. */
export function itemElement(item: Json, merge: Merge): string {
  if (merge.kind !== 'keyed' || !isMap(item)) return `v:${JSON.stringify(item)}`
  const pairs = [...merge.keys].sort().map((key) => [key, item[key] ?? merge.defaults?.[key] ?? null])
  return `k:${JSON.stringify(Object.fromEntries(pairs))}`
}

/** The fields of an applied object: what its manager owns afterwards. Parents are in it only where they are empty or list items. */
export function fieldsOf(value: Json | undefined): FieldSet {
  const set = new Set<string>()
  walk(value, [], [], set)
  return set
}

function walk(value: Json | undefined, path: Path, names: readonly string[], set: Set<string>): void {
  const merge = mergeKind(value, names)
  if (merge === undefined || merge.kind === 'atomic') {
    set.add(encode(path))
    return
  }
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      const at = [...path, itemElement(item, merge)]
      set.add(encode(at))
      if (isMap(item)) walk(item, at, names, set)
    }
    return
  }
  if (!isMap(value)) return
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  if (entries.length === 0 && path.length > 0) set.add(encode(path))
  for (const [key, child] of entries) walk(child, [...path, `f:${key}`], [...names, key], set)
}

/** The set and all fields above its members, as the API server counts them when it removes what nobody sets any more. */
export function withParents(set: FieldSet): FieldSet {
  const all = new Set(set)
  for (const text of set) {
    const path = decode(text)
    for (let length = path.length - 1; length > 0; length -= 1)
      if (path[length - 1]?.startsWith('f:')) all.add(encode(path.slice(0, length)))
  }
  return all
}

/** `.spec.containers[name="web"].image`, as the API server names a field in a conflict. */
export function fieldName(path: Path): string {
  return path
    .map((element) => {
      const rest = element.slice(2)
      if (element.startsWith('f:')) return `.${rest}`
      if (element.startsWith('v:')) return `[=${rest}]`
      const keys = Object.entries(JSON.parse(rest) as Record<string, Json>)
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')
}

/** fieldsV1 of managedFields. A member that has members below it is marked with `.`. */
export function toFieldsV1(set: FieldSet): JsonMap {
  interface Tree {
    [key: string]: Tree
  }
  const root: Tree = {}
  const members: Tree[] = []
  for (const text of [...set].sort()) {
    let node = root
    for (const element of decode(text)) {
      const next: Tree = Object.hasOwn(node, element) ? (node[element] as Tree) : {}
      node[element] = next
      node = next
    }
    members.push(node)
  }
  for (const node of members) if (Object.keys(node).length > 0) node['.'] = {}
  return root as unknown as JsonMap
}

/** The paths of a fieldsV1; unknown shapes are skipped. */
export function fromFieldsV1(fields: Json | undefined): FieldSet {
  const set = new Set<string>()
  const visit = (node: Json | undefined, path: Path): void => {
    if (!isMap(node)) return
    const keys = Object.keys(node)
    if (path.length > 0 && (keys.length === 0 || keys.includes('.'))) set.add(encode(path))
    for (const key of keys) if (key !== '.') visit(node[key], [...path, key])
  }
  visit(fields, [])
  return set
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => new Set([...a, ...b])
export const minus = (a: FieldSet, b: FieldSet): FieldSet => new Set([...a].filter((x) => !b.has(x)))
export const both = (a: FieldSet, b: FieldSet): FieldSet => new Set([...a].filter((x) => b.has(x)))
