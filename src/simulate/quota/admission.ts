import { compare, printQuantity } from '../quantity.ts'
import { claimAgainst, podAgainst, type Range, withDefaults } from './limitRange.ts'
import { isHugePages, isOvercommitAllowed } from './names.ts'
import { type ContainerNeeds, type Needs, type PodNeeds, together, withOwnDefaults } from './pod.ts'
import { exceeded, exceededWords, type Quota, type Taker, unsaid } from './quota.ts'
import type { Resources } from './resources.ts'
import { podUsage } from './usage.ts'

/** Why something would not be taken. `by` is the LimitRange or ResourceQuota that stands against it. */
export interface Refusal {
  readonly by: { readonly kind: 'LimitRange' | 'ResourceQuota'; readonly name: string }
  readonly reason: string
}

/** A pod as it would be stored, and what LimitRanges have against it. */
export interface Ranged {
  readonly pod: PodNeeds
  readonly refusals: readonly Refusal[]
}

/**
 * A new pod before LimitRanges: their defaults fill in what it does not say, then their bounds are held against it. Defaults
 * can contradict what it says; such a pod is not valid, whatever the bounds.
 */
export function rangePod(asked: PodNeeds, ranges: readonly Range[]): Ranged {
  const own = withOwnDefaults(asked)
  const pod = withDefaults(own, ranges)
  const before = new Set(contradictions(own))
  const invalid = contradictions(pod).filter((words) => !before.has(words))
  const [first] = ranges
  if (invalid.length > 0 && first !== undefined)
    return { pod, refusals: invalid.map((reason) => ({ by: { kind: 'LimitRange', name: culprit(own, ranges, reason) }, reason })) }
  return { pod, refusals: ranges.flatMap((range) => against(range, podAgainst(pod, range))) }
}

export function rangeClaim(requests: Resources, ranges: readonly Range[]): readonly Refusal[] {
  return ranges.flatMap((range) => against(range, claimAgainst(requests, range)))
}

/** The same words once, as the API server says them; in one reason. */
function against({ name }: Range, broken: readonly string[]): readonly Refusal[] {
  return [...new Set(broken)].map((reason) => ({ by: { kind: 'LimitRange', name }, reason }))
}

/** Whose defaults make it invalid. */
function culprit(own: PodNeeds, ranges: readonly Range[], reason: string): string {
  const found = ranges.find((range) => contradictions(withDefaults(own, [range])).includes(reason))
  return (found ?? ranges[0])?.name ?? ''
}

/** Requests above limits, and containers above what the pod has as a whole. Source: core validation of resources. */
export function contradictions(pod: PodNeeds): readonly string[] {
  const of = (list: readonly ContainerNeeds[], field: string) =>
    list.flatMap((c, i) => unequal(c).map((words) => `spec.${field}[${i}].resources.requests: ${words}`))
  return [
    ...of(pod.containers, 'containers'),
    ...of(pod.init, 'initContainers'),
    ...(pod.whole === undefined ? [] : aboveWhole(pod, pod.whole)),
  ]
}

function unequal({ requests, limits }: Needs): readonly string[] {
  return [...requests].flatMap(([name, request]) => {
    const limit = limits.get(name)
    const said = printQuantity(request)
    if (limit === undefined) return isOvercommitAllowed(name) ? [] : [`${said} of ${name}: a limit must be set`]
    const order = compare(request, limit)
    if (order !== 0 && !isOvercommitAllowed(name)) return [`${said} must be equal to ${name} limit of ${printQuantity(limit)}`]
    return order > 0 ? [`${said} must be less than or equal to ${name} limit of ${printQuantity(limit)}`] : []
  })
}

function aboveWhole(pod: PodNeeds, whole: Needs): readonly string[] {
  const above = (sum: Resources, bound: Resources, words: string, of: (name: string) => boolean = () => true) =>
    [...sum].flatMap(([name, q]) => {
      const most = bound.get(name)
      if (most === undefined || !of(name) || compare(q, most) <= 0) return []
      return [`${words}[${name}]: ${printQuantity(most)} must be greater than or equal to ${printQuantity(q)} of its containers`]
    })
  return [
    ...unequal(whole).map((words) => `spec.resources.requests: ${words}`),
    ...above(together(pod, 'requests'), whole.requests, 'spec.resources.requests'),
    ...above(together(pod, 'limits'), whole.limits, 'spec.resources.limits', isHugePages),
    ...pod.containers.flatMap((c) => above(c.limits, whole.limits, 'spec.resources.limits')),
  ]
}

export function podTaker(pod: PodNeeds, ended = false): Taker {
  return { scoped: { kind: 'pod', pod }, usage: podUsage(pod, ended) }
}

/** What quotas have against one more of these: all that do, though the API server names only one. */
export function againstQuotas(taker: Taker, quotas: readonly Quota[], usedOf: (quota: Quota) => Resources): readonly Refusal[] {
  const refuse = (quota: Quota, reason: string): Refusal => ({ by: { kind: 'ResourceQuota', name: quota.name }, reason })
  // What a pod does not say is asked of all quotas first.
  const missing = quotas.flatMap((quota) => {
    const words = unsaid(quota, taker)
    return words === undefined ? [] : [refuse(quota, words)]
  })
  if (missing.length > 0) return missing
  return quotas.flatMap((quota) => {
    const used = usedOf(quota)
    const over = exceeded(quota, used, taker)
    return over.size === 0 ? [] : [refuse(quota, exceededWords(quota, used, over))]
  })
}
