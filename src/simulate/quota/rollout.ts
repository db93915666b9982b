import type { QuotaRefusal } from '#model/quota.ts'
import { againstQuotas, podTaker, type Refusal } from './admission.ts'
import type { Range } from './limitRange.ts'
import { needsOf } from './pod.ts'
import { type Quota, share, type Taker } from './quota.ts'
import { less, none, plus, type Resources } from './resources.ts'
import { type Newcomer, newClaim, newPod } from './takers.ts'
import { countUsage } from './usage.ts'
import { countedAs, type Workload } from './workloads.ts'

type Used = ReadonlyMap<Quota, Resources>

export interface RolledOut {
  /** What would be used with all that it wants, whether it gets it or not. */
  readonly peak: Used
  readonly refused: readonly QuotaRefusal[]
}

/**
 * The next version or run of one workload, on top of what is there: first what is missing anyway, then its surge. Pods that
 * are going away count until they are gone; a refused one is asked for again, so those cost time only and are left out.
 */
export function rollOut(workload: Workload, ranges: readonly Range[], quotas: readonly Quota[], used: Used): RolledOut {
  const pod = newPod(workload.spec, ranges)
  const wanted = [...besides(workload, ranges), ...Array.from({ length: workload.missing + workload.surge }, () => pod)]
  const first = refusedFirst(wanted, quotas, used)
  const peak = new Map(quotas.map((quota) => [quota, wanted.reduce((sum, w) => plus(sum, share(quota, w.taker)), used.get(quota) ?? none)]))
  if (first === undefined) return { peak, refused: [] }
  const pods = first.admitted - (wanted.length - workload.missing - workload.surge)
  const stuck = pods < workload.missing || first.byRange || !goesOn(workload, pod, pods - workload.missing, quotas, used)
  return {
    peak,
    refused: first.refusals.map(({ by, reason }) => ({ object: workload.ref, stage: 'rollout', by, reason, stuck })),
  }
}

/** Objects besides pods, which it makes before them. */
function besides(workload: Workload, ranges: readonly Range[]): readonly Newcomer[] {
  const counted = workload.makes.map((kind) => ({
    taker: { scoped: { kind: 'other' as const }, usage: countUsage(...countedAs(kind)) },
    refusals: [],
  }))
  return [...counted, ...workload.claims.map((claim) => newClaim(claim, ranges))]
}

interface First {
  readonly admitted: number
  readonly refusals: readonly Refusal[]
  readonly byRange: boolean
}

/** Asked for in turn: how many are admitted before the first that is not. */
function refusedFirst(wanted: readonly Newcomer[], quotas: readonly Quota[], before: Used): First | undefined {
  const used = new Map(before)
  for (const [admitted, { taker, refusals }] of wanted.entries()) {
    if (refusals.length > 0) return { admitted, refusals, byRange: true }
    const against = againstQuotas(taker, quotas, (quota) => used.get(quota) ?? none)
    if (against.length > 0) return { admitted, refusals: against, byRange: false }
    for (const quota of quotas) used.set(quota, plus(used.get(quota) ?? none, share(quota, taker)))
  }
  return undefined
}

/** Without its whole surge: with a part of it, or where old pods may go first and make room for one new. */
function goesOn({ live, unavailable }: Workload, pod: Newcomer, surged: number, quotas: readonly Quota[], used: Used): boolean {
  if (surged > 0) return true
  const going: readonly Taker[] = live.slice(0, unavailable).map((old) => podTaker(needsOf(old.spec)))
  if (going.length === 0) return false
  const left = (quota: Quota) => going.reduce((sum, taker) => less(sum, share(quota, taker)), used.get(quota) ?? none)
  return againstQuotas(pod.taker, quotas, left).length === 0
}
