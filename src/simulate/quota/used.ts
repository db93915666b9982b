import { zero } from '../quantity.ts'
import { type Quota, share, type Taker } from './quota.ts'
import { plus, type Resources } from './resources.ts'

/** What these take of a quota: an amount for each name that it limits. */
export function usedBy(quota: Quota, takers: Iterable<Taker>): Resources {
  let used: Resources = new Map([...quota.hard.keys()].map((name) => [name, zero]))
  for (const taker of takers) used = plus(used, share(quota, taker))
  return used
}
