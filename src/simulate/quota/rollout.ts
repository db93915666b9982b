import type { QuotaRefusal } from '#model/quota.ts'
import { againstQuotas, podTaker, type Refusal } from './admission.ts'
import { claimsOfPod } from './claims.ts'
import type { Range } from './limitRange.ts'
import { needsOf } from './pod.ts'
import { type Quota, share, type Taker } from './quota.ts'
import { less, none, plus, type Resources, times } from './resources.ts'
import { type Newcomer, newClaim, newPod } from './takers.ts'
import { countUsage } from './usage.ts'
import { countedAs, type Workload } from './workloads.ts'

type Used = ReadonlyMap<Quota, Resources>

export interface RolledOut {
  /** What would be used with all that it wants, whether it gets it or not. */
  readonly peak: Used
  readonly refused: readonly QuotaRefusal[]
}

/** The same things again and again: how many there are may be any number that somebody wrote. */
interface Batch {
  readonly each: readonly Newcomer[]
  readonly count: number
}

/**
 * The next version or run of one workload, on top of what is there: first what is missing anyway, then its surge. Pods that
 * are going away count until they are gone; a refused one is asked for again, so those cost time only and are left out.
 */
export function rollOut(workload: Workload, ranges: readonly Range[], quotas: readonly Quota[], used: Used): RolledOut {
  const pod = newPod(workload.spec, ranges)
  // A pod is of use with the claims that it brings along.
  const whole = [pod, ...claimsOfPod(workload.spec).map((claim) => newClaim(claim, ranges))]
  let peak = used
  for (const batch of besides(workload, ranges)) {
    const first = firstRefused(batch, quotas, peak)
    peak = grown(peak, batch, batch.count)
    if (first !== undefined)
      return { peak: grown(peak, { each: whole, count: 1 }, wantedOf(workload)), refused: told(workload, first, true) }
  }
  const pods: Batch = { each: whole, count: wantedOf(workload) }
  const first = firstRefused(pods, quotas, peak)
  const after = grown(peak, pods, pods.count)
  if (first === undefined) return { peak: after, refused: [] }
  const surged = first.before - workload.missing
  const stuck = surged < 0 || first.byRange || !goesOn(workload, pod, surged, quotas, used)
  return { peak: after, refused: told(workload, first, stuck) }
}

function wantedOf({ missing, surge }: Workload): number {
  return missing + surge
}

function told({ ref }: Workload, { refusals }: First, stuck: boolean): readonly QuotaRefusal[] {
  return refusals.map(({ by, reason }) => ({ object: ref, stage: 'rollout', by, reason, stuck }))
}

/** Objects besides pods, which it makes before them. */
function besides(workload: Workload, ranges: readonly Range[]): readonly Batch[] {
  const counted = workload.makes.map((kind): Batch => {
    const taker: Taker = { scoped: { kind: 'other' }, usage: countUsage(...countedAs(kind)) }
    return { each: [{ taker, refusals: [] }], count: 1 }
  })
  return [...counted, ...workload.claims.map(({ claim, count }) => ({ each: [newClaim(claim, ranges)], count }))]
}

function grown(used: Used, { each }: Batch, count: number): Used {
  return new Map(
    [...used].map(([quota, before]) => [quota, each.reduce((sum, one) => plus(sum, times(share(quota, one.taker), count)), before)]),
  )
}

interface First {
  /** How many are admitted before. */
  readonly before: number
  readonly refusals: readonly Refusal[]
  readonly byRange: boolean
}

/** The first that is refused. What is used only grows: where the last is admitted all are, else the first is found by halving. */
function firstRefused(batch: Batch, quotas: readonly Quota[], used: Used): First | undefined {
  const asked = (before: number) => refusedAfter(batch, before, quotas, used)
  if (batch.count === 0 || asked(batch.count - 1) === undefined) return undefined
  let [low, high] = [0, batch.count - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (asked(middle) === undefined) low = middle + 1
    else high = middle
  }
  return asked(low)
}

/** Is one more refused, after so many? */
function refusedAfter(batch: Batch, before: number, quotas: readonly Quota[], used: Used): First | undefined {
  let sofar = grown(used, batch, before)
  for (const one of batch.each) {
    if (one.refusals.length > 0) return { before, refusals: one.refusals, byRange: true }
    const refusals = againstQuotas(one.taker, quotas, (quota) => sofar.get(quota) ?? none)
    if (refusals.length > 0) return { before, refusals, byRange: false }
    sofar = grown(sofar, { each: [one], count: 1 }, 1)
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
