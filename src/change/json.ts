import type { Json, KubeObject } from '#model/refs.ts'

export type JsonMap = { readonly [key: string]: Json | undefined }

export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value of an object's own keys; `__proto__` and the like are never looked up in the prototype. */
export function own(map: JsonMap, key: string): Json | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** Same JSON: order of keys does not count, keys without a value are not there, -0 is 0. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]))
  if (!isJsonMap(a) || !isJsonMap(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => jsonEqual(own(a, key), own(b, key)))
}

/** A new map with a key set, or removed where the value is undefined. The order of the other keys stays. */
export function withKey(map: JsonMap, key: string, value: Json | undefined): JsonMap {
  const entries = Object.entries(map).filter(([name]) => name !== key || value !== undefined)
  if (value === undefined) return Object.fromEntries(entries)
  if (!Object.hasOwn(map, key)) return Object.fromEntries([...entries, [key, value]])
  return Object.fromEntries(entries.map(([name, old]) => [name, name === key ? value : old]))
}

const BOOKKEEPING = [
  'managedFields',
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** What is meant by an object: without status, and without what the API server and kubectl note down about it. */
export function meant(object: KubeObject): KubeObject {
  const annotations = Object.entries(object.metadata.annotations ?? {}).filter(([key]) => key !== LAST_APPLIED)
  const metadata = Object.entries(object.metadata).flatMap(([key, value]): (readonly [string, Json | undefined])[] => {
    if (BOOKKEEPING.includes(key) || value === undefined) return []
    if (key === 'annotations') return annotations.length === 0 ? [] : [[key, Object.fromEntries(annotations)]]
    return [[key, value]]
  })
  const rest = Object.entries(object).filter(([key]) => key !== 'status')
  return Object.fromEntries(
    rest.map(([key, value]) => [key, key === 'metadata' ? Object.fromEntries(metadata) : value]),
  ) as unknown as KubeObject
}

/** An object that could be created: what is meant, with kubectl's own annotation, without what belongs to the old life. */
export function recreatable(object: KubeObject): KubeObject {
  const metadata = Object.entries(object.metadata).filter(([key]) => !BOOKKEEPING.includes(key))
  const rest = Object.entries(object).filter(([key]) => key !== 'status')
  return Object.fromEntries(
    rest.map(([key, value]) => [key, key === 'metadata' ? Object.fromEntries(metadata) : value]),
  ) as unknown as KubeObject
}

/** Is the object on its way out? Then it counts as gone. */
export function isGoing(object: KubeObject | undefined): boolean {
  return object === undefined || object.metadata.deletionTimestamp !== undefined
}
