import type { Item, Kind } from '#model/kinds.ts'
import type { IdleWorkload, QuotaRefusal } from '#model/quota.ts'
import { type ObjectRef, refKey, refLabel } from '#model/refs.ts'
import { topOwner } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import { againstQuotas } from './admission.ts'
import type { Range } from './limitRange.ts'
import { type Quota, share, type Taker } from './quota.ts'
import { less, most, none, plus, type Resources } from './resources.ts'
import { rollOut } from './rollout.ts'
import { type Newcomer, newcomer, newPod, takerOf } from './takers.ts'
import { usedBy } from './used.ts'
import { type Workload, type WorkloadLists, workloadsOf } from './workloads.ts'

/** What is in one namespace. */
export interface Ground {
  readonly ranges: readonly Range[]
  readonly quotas: readonly Quota[]
  readonly lists: WorkloadLists
  /** Objects that only count, of the kinds that quotas limit. */
  readonly others: readonly { readonly kind: Kind; readonly item: Item<Kind> }[]
  readonly now: Date
}

/** An object that is there: what it takes now, and what it would take if it were made again. */
export interface Held {
  readonly ref: ObjectRef
  readonly owner?: ObjectRef
  readonly taker: Taker
  readonly again: Newcomer
}

export interface Judgement {
  readonly used: ReadonlyMap<Quota, Resources>
  readonly afterRollout: ReadonlyMap<Quota, Resources>
  readonly refused: readonly QuotaRefusal[]
  readonly idle: readonly IdleWorkload[]
  /** What admission would fill in of itself, and nothing shows it: the verdict on these is not sure. */
  readonly doubts: readonly { readonly kind: string; readonly detail: string }[]
}

/** Would everything still be admitted, made again one by one, and would the next rollouts? Throws HardenError `input`. */
export function judge(ground: Ground): Judgement {
  const { quotas, ranges } = ground
  const workloads = workloadsOf(ground.lists, ground.now)
  const held = heldIn(ground, workloads)
  const used = new Map(
    quotas.map((quota) => [
      quota,
      usedBy(
        quota,
        held.map((h) => h.taker),
      ),
    ]),
  )
  const rollouts = workloads.filter((w) => !w.idle).map((workload) => rollOut(workload, ranges, quotas, used))
  const afterRollout = new Map(
    quotas.map((quota) => [quota, rollouts.reduce<Resources>((peak, r) => most(peak, r.peak.get(quota) ?? none), used.get(quota) ?? none)]),
  )
  const idle = workloads.filter((w) => w.idle).map((w) => judgeIdle(w, ranges, quotas, used))
  const refused = [...madeAgain(held, quotas, used), ...rollouts.flatMap((r) => r.refused)]
  return {
    used,
    afterRollout,
    refused,
    idle,
    doubts: quotas.length === 0 ? [] : [...workloads.flatMap((w) => doubtsOf(w, quotas)), ...ground.lists.pods.flatMap(resizeDoubt)],
  }
}

export function heldIn({ lists, others, ranges, now }: Ground, workloads: readonly Workload[]): readonly Held[] {
  const again = new Map(workloads.map((w) => [refKey(w.ref), newPod(w.spec, ranges)]))
  const jobs = new Map(lists.jobs.map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  const pods = lists.pods.map((pod): Held => {
    const ref = refTo('pods', pod)
    const owner = topOwner(pod, jobs)
    const taker = takerOf('pods', pod, now)
    const made = refKey(owner) === refKey(ref) ? {} : { owner }
    // One that has ended is not made again, it only is counted.
    const same = { taker, refusals: [] }
    return { ref, ...made, taker, again: taker.usage.has('pods') ? (again.get(refKey(owner)) ?? newPod(pod.spec, ranges)) : same }
  })
  const rest = [
    ...lists.persistentVolumeClaims.map((item) => ({ kind: 'persistentVolumeClaims' as Kind, item: item as Item<Kind> })),
    ...others,
  ]
  return [
    ...pods,
    ...rest.map(({ kind, item }) => ({
      ref: refTo(kind, item),
      taker: takerOf(kind, item, now),
      again: newcomer(kind, item, ranges, now),
    })),
  ]
}

/** One after the other: the old one goes, the new one is asked for. Where it is refused, the old one still counts for the others. */
function madeAgain(held: readonly Held[], quotas: readonly Quota[], before: ReadonlyMap<Quota, Resources>): readonly QuotaRefusal[] {
  const used = new Map(before)
  return held.flatMap(({ ref, owner, taker, again }) => {
    const without = new Map(quotas.map((quota) => [quota, less(used.get(quota) ?? none, share(quota, taker))]))
    const refusals = again.refusals.length > 0 ? again.refusals : againstQuotas(again.taker, quotas, (quota) => without.get(quota) ?? none)
    if (refusals.length === 0) for (const quota of quotas) used.set(quota, plus(without.get(quota) ?? none, share(quota, again.taker)))
    return refusals.map(
      ({ by, reason }): QuotaRefusal => ({ object: ref, ...(owner === undefined ? {} : { owner }), stage: 'today', by, reason }),
    )
  })
}

/** The API server then counts the greatest of what is asked for, given and used. */
function resizeDoubt({ metadata, status }: Item<'pods'>): Judgement['doubts'] {
  const detail = `pod ${metadata.name} is being resized: what it takes meanwhile is not counted`
  return status.resizing === true ? [{ kind: 'pods', detail }] : []
}

/** On a pod that lives it is seen. */
function doubtsOf({ ref, spec, live }: Workload, quotas: readonly Quota[]): Judgement['doubts'] {
  if (live.length > 0) return []
  const { runtimeClassName, overhead, priorityClassName } = spec
  const scoped = quotas.some((quota) => quota.scopes.some((scope) => scope.scopeName === 'PriorityClass'))
  return [
    ...(runtimeClassName !== undefined && overhead === undefined
      ? [{ kind: 'RuntimeClass', detail: `the overhead of RuntimeClass ${runtimeClassName}, which ${refLabel(ref)} takes, is not read` }]
      : []),
    ...(scoped && priorityClassName === undefined
      ? [{ kind: 'PriorityClass', detail: `${refLabel(ref)} takes the cluster's default PriorityClass, which is not read` }]
      : []),
  ]
}

function judgeIdle(w: Workload, ranges: readonly Range[], quotas: readonly Quota[], used: ReadonlyMap<Quota, Resources>): IdleWorkload {
  const { taker, refusals } = newPod(w.spec, ranges)
  const [first] = refusals.length > 0 ? refusals : againstQuotas(taker, quotas, (quota) => used.get(quota) ?? none)
  return { object: w.ref, ...(first === undefined ? {} : { refused: first }) }
}
