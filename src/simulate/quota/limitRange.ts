import type { Item } from '#model/kinds.ts'
import type { LimitRangeItem } from '#model/objects/tenancy.ts'
import { maxBroken, maxRequestBroken, minBroken, ratioBroken } from './limitRangeBounds.ts'
import { type ContainerNeeds, type Needs, type PodNeeds, together } from './pod.ts'
import { none, type Resources, resourcesOf } from './resources.ts'

/** A part of a LimitRange, with what the API server fills in of itself. */
interface Limit {
  readonly type: string
  readonly defaults: Needs
  readonly min: Resources
  readonly max: Resources
  readonly ratio: Resources
}

/** A LimitRange, read once. */
export interface Range {
  readonly name: string
  readonly limits: readonly Limit[]
}

/** Throws HardenError `input` where an amount is no quantity. */
export function rangeOf({ metadata, spec }: Item<'limitRanges'>): Range {
  return { name: metadata.name, limits: spec.limits.map(limitOf) }
}

/** For containers a missing default is the greatest allowed, a missing default request the default, else the least allowed. */
function limitOf(item: LimitRangeItem): Limit {
  const min = resourcesOf(item.min)
  const max = resourcesOf(item.max)
  const ofContainers = item.type === 'Container'
  const limits = ofContainers ? new Map([...max, ...resourcesOf(item.default)]) : none
  const requests = ofContainers ? new Map([...min, ...limits, ...resourcesOf(item.defaultRequest)]) : none
  return { type: item.type, defaults: { requests, limits }, min, max, ratio: resourcesOf(item.maxLimitRequestRatio) }
}

/** The pod with the defaults of these LimitRanges, in turn: what one has set, the next leaves. */
export function withDefaults(pod: PodNeeds, ranges: readonly Range[]): PodNeeds {
  const inTurn = ranges.flatMap((range) => rangeDefaults(range)).toReversed()
  if (inTurn.length === 0) return pod
  const limits = new Map(inTurn.flatMap((d) => [...d.limits]))
  const requests = new Map(inTurn.flatMap((d) => [...d.requests]))
  const filled = (c: ContainerNeeds): ContainerNeeds => ({
    ...c,
    limits: new Map([...limits, ...c.limits]),
    requests: new Map([...requests, ...c.requests]),
  })
  return { ...pod, containers: pod.containers.map(filled), init: pod.init.map(filled) }
}

function rangeDefaults(range: Range): readonly Needs[] {
  const own = range.limits.filter((l) => l.defaults.limits.size + l.defaults.requests.size > 0)
  if (own.length === 0) return []
  const joined = (of: keyof Needs) => new Map(own.flatMap((l) => [...l.defaults[of]]))
  return [{ requests: joined('requests'), limits: joined('limits') }]
}

/** What stands against a pod, in the words of the API server. Source: plugin/pkg/admission/limitranger. */
export function podAgainst(pod: PodNeeds, range: Range): readonly string[] {
  return range.limits.flatMap((limit) => {
    if (limit.type === 'Container') return [...pod.containers, ...pod.init].flatMap((c) => broken(limit, c))
    return limit.type === 'Pod' ? broken(limit, ofWhole(pod)) : []
  })
}

/** Without the overhead, and of hugepages only what containers say. */
function ofWhole(pod: PodNeeds): Needs {
  const sum = (of: keyof Needs) => {
    const whole = pod.whole?.[of] ?? none
    return new Map([...together(pod, of), ...[...whole].filter(([name]) => name === 'cpu' || name === 'memory')])
  }
  return { requests: sum('requests'), limits: sum('limits') }
}

function broken(limit: Limit, needs: Needs): readonly string[] {
  return [
    ...[...limit.min].flatMap(([name, q]) => minBroken(limit.type, name, q, needs)),
    ...[...limit.max].flatMap(([name, q]) => maxBroken(limit.type, name, q, needs)),
    ...[...limit.ratio].flatMap(([name, q]) => ratioBroken(limit.type, name, q, needs)),
  ]
}

export function claimAgainst(requests: Resources, range: Range): readonly string[] {
  const needs = { requests, limits: none }
  return range.limits
    .filter((limit) => limit.type === 'PersistentVolumeClaim')
    .flatMap((limit) => [
      ...[...limit.min].flatMap(([name, q]) => minBroken(limit.type, name, q, needs)),
      ...[...limit.max].flatMap(([name, q]) => maxRequestBroken(limit.type, name, q, requests)),
    ])
}
