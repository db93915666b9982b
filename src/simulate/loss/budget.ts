import type { Item } from '#model/kinds.ts'
import { selects } from '../selectors.ts'

/** How many healthy pods a PodDisruptionBudget asks for, of `expected` that its workloads mean to run. Percentages are rounded up, as the disruption controller does. */
export function healthyWanted({ spec }: Item<'podDisruptionBudgets'>, expected: number): number {
  if (spec.minAvailable !== undefined) return amountOf(spec.minAvailable, expected)
  // Neither said: the API server stores minAvailable 1.
  if (spec.maxUnavailable === undefined) return 1
  return Math.max(0, expected - amountOf(spec.maxUnavailable, expected))
}

function amountOf(value: number | string, of: number): number {
  if (typeof value === 'number') return value
  const percent = /^(\d+)%$/.exec(value)
  return percent === null ? Number(value) || 0 : Math.ceil((Number(percent[1]) * of) / 100)
}

/** Does the budget count this pod? An empty selector is all pods of the namespace, an absent one none. */
export function isCounted({ metadata }: Item<'pods'>, budget: Item<'podDisruptionBudgets'>): boolean {
  return (budget.metadata.namespace ?? 'default') === (metadata.namespace ?? 'default') && selects(budget.spec.selector, metadata.labels)
}
