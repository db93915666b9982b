import type { Json } from '#model/refs.ts'
import { isJsonMap, type JsonMap, own } from './json.ts'

/**
 * Lists whose items are known by a key, as Kubernetes' own merge keys have it (`x-kubernetes-list-map-keys` and
 * `patchMergeKey` of the API's schema). Every other list is one value, replaced whole.
 */
const MERGE_KEYS: { readonly [field: string]: readonly string[] } = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  volumeClaimTemplates: ['name'],
  ports: ['containerPort', 'port', 'name'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  ownerReferences: ['uid'],
  webhooks: ['name'],
  matchConditions: ['name'],
  topologySpreadConstraints: ['topologyKey'],
}
const NUMBER_KEYS = new Set(['containerPort', 'port'])

/** The key by which the items of all these lists can be told apart, where there is one. */
export function mergeKey(field: string, ...lists: readonly (readonly Json[])[]): string | undefined {
  const known = Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined
  return known?.find((key) => lists.every((list) => hasKey(list, key)))
}

function hasKey(list: readonly Json[], key: string): boolean {
  const keys = list.map((item) => (isJsonMap(item) ? keyOf(item, key) : undefined))
  return keys.every((k) => k !== undefined) && new Set(keys).size === keys.length
}

/** The item's key as a path step writes it. */
export function keyOf(item: Json, key: string): string | undefined {
  const value = isJsonMap(item) ? own(item, key) : undefined
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

export function itemOf(list: readonly Json[], key: string, value: string): Json | undefined {
  return list.find((item) => keyOf(item, key) === value)
}

/** The list with one item set, or removed where `item` is undefined; a new item goes to the end. */
export function withItem(list: readonly Json[], key: string, value: string, item: Json | undefined): Json[] {
  const at = list.findIndex((old) => keyOf(old, key) === value)
  if (item === undefined) return list.filter((_, i) => i !== at)
  return at < 0 ? [...list, item] : list.map((old, i) => (i === at ? item : old))
}

/** An item that holds nothing but its key. */
export function newItem(key: string, value: string): JsonMap {
  return { [key]: NUMBER_KEYS.has(key) ? Number(value) : value }
}

export function keysOf(list: readonly Json[], key: string): string[] {
  return list.map((item) => keyOf(item, key) ?? '')
}

/** The list in this order of keys; items that it does not name stay behind the item that they stood behind. */
export function inOrder(list: readonly Json[], key: string, order: readonly string[]): Json[] {
  const named = order.flatMap((k) => itemOf(list, key, k) ?? [])
  const out: Json[] = [...named]
  list.forEach((item, i) => {
    if (order.includes(keyOf(item, key) ?? '')) return
    const previous = i === 0 ? undefined : list[i - 1]
    out.splice(previous === undefined ? 0 : out.indexOf(previous) + 1, 0, item)
  })
  return out
}
