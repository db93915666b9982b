import type { PodSpec } from '#model/objects/workload.ts'
import { parseQuantity, roundedUp, zero } from '../quantity.ts'
import { needsOf, withOwnDefaults } from '../quota/pod.ts'
import { wholePod } from '../quota/usage.ts'

/** Amounts by resource in thousandths (of a core, of a byte, of a piece); only cores have fractions, as in the scheduler. */
export type Amounts = ReadonlyMap<string, bigint>

/** What cannot be read counts as nothing: the API server stores none. */
export function amountsOf(list: Readonly<Record<string, string | number>>): Amounts {
  return new Map(Object.entries(list).map(([resource, value]) => [resource, whole(resource, parseQuantity(value) ?? zero).milli]))
}

const whole = (resource: string, quantity: typeof zero) => (resource === 'cpu' ? quantity : roundedUp(quantity))

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  if (b.size === 0) return a
  const sum = new Map(a)
  for (const [resource, amount] of b) sum.set(resource, (sum.get(resource) ?? 0n) + amount)
  return sum
}

/** What a pod takes of its node. */
export function podRequests(spec: PodSpec): Amounts {
  const { requests } = wholePod(withOwnDefaults(needsOf(spec)))
  return new Map([...requests].map(([resource, quantity]) => [resource, whole(resource, quantity).milli]))
}
