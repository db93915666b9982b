import type { ResourceAmounts } from '#model/objects/tenancy.ts'
import { add, compare, printQuantity, type Quantity, quantityOf, subtract } from '../quantity.ts'

/** Amounts by the name of their resource. */
export type Resources = ReadonlyMap<string, Quantity>

export const none: Resources = new Map()

/** Throws HardenError `input` where one is no quantity. */
export function resourcesOf(amounts: ResourceAmounts | undefined): Resources {
  const entries = Object.entries(amounts ?? {})
  return entries.length === 0 ? none : new Map(entries.map(([name, value]) => [name, quantityOf(value, name)]))
}

export function written(resources: Resources): Record<string, string> {
  return Object.fromEntries([...resources].toSorted(byName).map(([name, q]) => [name, printQuantity(q)]))
}

export function plus(a: Resources, b: Resources): Resources {
  if (a.size === 0) return b
  if (b.size === 0) return a
  const sum = new Map(a)
  for (const [name, q] of b) {
    const before = sum.get(name)
    sum.set(name, before === undefined ? q : add(before, q))
  }
  return sum
}

export function times(resources: Resources, n: number): Resources {
  if (n === 1) return resources
  return new Map([...resources].map(([name, q]) => [name, { ...q, milli: q.milli * BigInt(n) }]))
}

/** Without what `b` names. */
export function less(a: Resources, b: Resources): Resources {
  if (b.size === 0) return a
  const rest = new Map(a)
  for (const [name, q] of b) {
    const before = rest.get(name)
    if (before !== undefined) rest.set(name, subtract(before, q))
  }
  return rest
}

export function most(a: Resources, b: Resources): Resources {
  const result = new Map(a)
  for (const [name, q] of b) {
    const before = result.get(name)
    if (before === undefined || compare(q, before) > 0) result.set(name, q)
  }
  return result
}

export function only(resources: Resources, has: (name: string) => boolean): Resources {
  return new Map([...resources].filter(([name]) => has(name)))
}

/** `cpu=2,pods=3`, by name. */
export function listed(resources: Resources): string {
  return [...resources]
    .toSorted(byName)
    .map(([name, q]) => `${name}=${printQuantity(q)}`)
    .join(',')
}

function byName([a]: readonly [string, Quantity], [b]: readonly [string, Quantity]): number {
  return a < b ? -1 : 1
}
