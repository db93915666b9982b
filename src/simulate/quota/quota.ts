import type { Item } from '#model/kinds.ts'
import type { ScopeRequirement } from '#model/objects/tenancy.ts'
import { compare } from '../quantity.ts'
import { countsClaims, countsPods, countsServices, isPodLevel, MUST_BE_SAID } from './names.ts'
import type { PodNeeds } from './pod.ts'
import { listed, only, plus, type Resources, resourcesOf } from './resources.ts'
import { inScopes, type Scoped } from './scopes.ts'
import { computed } from './usage.ts'

/** A ResourceQuota, read once. */
export interface Quota {
  readonly name: string
  readonly hard: Resources
  readonly scopes: readonly ScopeRequirement[]
}

/** Throws HardenError `input` where an amount is no quantity. */
export function quotaOf({ metadata, spec }: Item<'resourceQuotas'>): Quota {
  const named = spec.scopes.map((scopeName) => ({ scopeName, operator: 'Exists', values: [] }))
  return { name: metadata.name, hard: resourcesOf(spec.hard), scopes: [...named, ...(spec.scopeSelector?.matchExpressions ?? [])] }
}

/** Something that takes of quotas. */
export interface Taker {
  readonly scoped: Scoped
  readonly usage: Resources
}

/** Does the quota count it? It must be in all scopes, and one of its amounts must be limited there. */
export function counts(quota: Quota, { scoped, usage }: Taker): boolean {
  return [...quota.hard.keys()].some((name) => isOf(name, scoped, usage)) && inScopes(quota.scopes, scoped)
}

/** A pod is a matter of every name that pods are counted under, whether it takes of it or not. */
function isOf(name: string, scoped: Scoped, usage: Resources): boolean {
  if (scoped.kind === 'pod') return countsPods(name)
  if (scoped.kind === 'claim') return countsClaims(name)
  return usage.has('services') ? countsServices(name) : usage.has(name)
}

/** What it adds to the quota. */
export function share(quota: Quota, taker: Taker): Resources {
  return counts(quota, taker) ? only(taker.usage, (name) => quota.hard.has(name)) : new Map()
}

/** A quota over processor or memory makes each container say what it takes, unless the pod says it as a whole. */
export function unsaid(quota: Quota, taker: Taker): string | undefined {
  if (taker.scoped.kind !== 'pod' || !counts(quota, taker)) return undefined
  const { pod } = taker.scoped
  if (saysWhole(pod)) return undefined
  const required = [...quota.hard.keys()].filter((name) => MUST_BE_SAID.has(name)).toSorted()
  const missing = required.flatMap((name) => {
    const without = [...pod.containers, ...pod.init].filter((c) => !computed(c).has(name)).map((c) => c.name)
    return without.length === 0 ? [] : [`${name} for: ${without.toSorted().join(',')}`]
  })
  return missing.length === 0 ? undefined : `failed quota: ${quota.name}: must specify ${missing.join('; ')}`
}

function saysWhole({ whole }: PodNeeds): boolean {
  return whole !== undefined && [...whole.requests.keys(), ...whole.limits.keys()].some(isPodLevel)
}

/** Which resources of the quota would be exceeded. */
export function exceeded(quota: Quota, used: Resources, taker: Taker): Resources {
  const asked = only(share(quota, taker), (name) => taker.usage.get(name)?.milli !== 0n)
  const after = plus(used, asked)
  return only(asked, (name) => {
    const [wanted, hard] = [after.get(name), quota.hard.get(name)]
    return wanted !== undefined && hard !== undefined && compare(wanted, hard) > 0
  })
}

/** In the words of the API server. */
export function exceededWords(quota: Quota, used: Resources, over: Resources): string {
  const same = (resources: Resources) => listed(only(resources, (name) => over.has(name)))
  return `exceeded quota: ${quota.name}, requested: ${listed(over)}, used: ${same(used)}, limited: ${same(quota.hard)}`
}
