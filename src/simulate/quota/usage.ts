import type { Item } from '#model/kinds.ts'
import { compare, count, type Quantity, quantityOf, roundedUp } from '../quantity.ts'
import { countNames, isExtended, isHugePages, isPodLevel, ofClass } from './names.ts'
import { type Needs, type PodNeeds, together } from './pod.ts'
import { only, plus, type Resources } from './resources.ts'

const ONE = count(1)

/**
 * What a pod takes of quotas: one that has ended only its place. Overhead counts, for limits where there is one.
 * Source: pkg/quota/v1/evaluator/core/pods.go and component-helpers/resource.
 */
export function podUsage(pod: PodNeeds, ended = false): Resources {
  const stored = new Map([['count/pods', ONE]])
  return ended ? stored : new Map([...stored, ...computed(wholePod(pod))])
}

/** What a pod needs, all told. */
export function wholePod(pod: PodNeeds): Needs {
  const said = (of: keyof Needs) => only(pod.whole?.[of] ?? new Map(), isPodLevel)
  const requests = new Map([...together(pod, 'requests'), ...said('requests')])
  const limits = new Map([...together(pod, 'limits'), ...said('limits')])
  const overhead = only(pod.overhead, (name) => (limits.get(name)?.milli ?? 0n) !== 0n)
  return { requests: plus(requests, pod.overhead), limits: plus(limits, overhead) }
}

/** Under the names that quotas have for it; of a container, too. */
export function computed({ requests, limits }: Needs): Resources {
  const result = new Map<string, Quantity>([['pods', ONE]])
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const request = requests.get(name)
    if (request !== undefined) result.set(name, request).set(`requests.${name}`, request)
    const limit = limits.get(name)
    if (limit !== undefined) result.set(`limits.${name}`, limit)
  }
  for (const [name, request] of requests) {
    if (isHugePages(name)) result.set(name, request).set(`requests.${name}`, request)
    if (isExtended(name)) result.set(`requests.${name}`, request)
  }
  return result
}

/** Has a pod come to its end, or should it long be gone? Then it is not counted. */
export function isEnded({ metadata, status }: Pick<Item<'pods'>, 'metadata' | 'status'>, now: Date): boolean {
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return false
  return now.getTime() > new Date(deletionTimestamp).getTime() + deletionGracePeriodSeconds * 1000
}

type Claim = Pick<Item<'persistentVolumeClaims'>, 'metadata' | 'spec' | 'status'>
/** The class of a claim was once an annotation, and still is read there first. */
const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class'

export function classOf({ metadata, spec }: Pick<Claim, 'metadata' | 'spec'>): string {
  const old = metadata.annotations[OLD_CLASS]
  return old === undefined || old === '' ? (spec.storageClassName ?? '') : old
}

/** Throws HardenError `input` where the storage is no quantity. */
export function claimUsage(claim: Claim): Resources {
  const storageClass = classOf(claim)
  const result = new Map<string, Quantity>([
    ['persistentvolumeclaims', ONE],
    ['count/persistentvolumeclaims', ONE],
  ])
  const storage = storageOf(claim)
  if (storage !== undefined) result.set('requests.storage', storage)
  if (storageClass === '') return result
  result.set(ofClass(storageClass, 'persistentvolumeclaims'), ONE)
  if (storage !== undefined) result.set(ofClass(storageClass, 'requests.storage'), storage)
  return result
}

function storageOf({ spec, status }: Claim): Quantity | undefined {
  const asked = spec.resources.requests.storage
  if (asked === undefined) return undefined
  const wanted = roundedUp(quantityOf(asked, 'storage'))
  const given = status.allocatedResources?.storage
  if (given === undefined) return wanted
  const allocated = roundedUp(quantityOf(given, 'storage'))
  return compare(allocated, wanted) > 0 ? allocated : wanted
}

export function serviceUsage({ spec }: Pick<Item<'services'>, 'spec'>): Resources {
  const { type, ports, allocateLoadBalancerNodePorts } = spec
  const balanced = type === 'LoadBalancer'
  const open =
    type === 'NodePort' || (balanced && allocateLoadBalancerNodePorts !== false)
      ? ports.length
      : balanced
        ? ports.filter((p) => (p.nodePort ?? 0) !== 0).length
        : 0
  return new Map([
    ['count/services', ONE],
    ['services', ONE],
    ['services.loadbalancers', count(balanced ? 1 : 0)],
    ['services.nodeports', count(open)],
  ])
}

/** Of an object that only counts. */
export function countUsage(resource: string, group: string): Resources {
  return new Map(countNames(resource, group).map((name) => [name, ONE]))
}
