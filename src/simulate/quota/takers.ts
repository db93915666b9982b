import { groupOf, type Item, KINDS, type Kind } from '#model/kinds.ts'
import { podTaker, type Refusal, rangeClaim, rangePod } from './admission.ts'
import type { Range } from './limitRange.ts'
import { needsOf } from './pod.ts'
import type { Taker } from './quota.ts'
import { resourcesOf } from './resources.ts'
import { claimUsage, countUsage, isEnded, serviceUsage } from './usage.ts'

/** What an object that exists takes. Throws HardenError `input` where an amount of it is no quantity. */
export function takerOf<K extends Kind>(kind: K, item: Item<K>, now: Date): Taker {
  if (kind === 'pods') {
    const pod = item as Item<'pods'>
    return podTaker(needsOf(pod.spec), isEnded(pod, now))
  }
  if (kind === 'persistentVolumeClaims') return claimTaker(item as Item<'persistentVolumeClaims'>)
  const usage = kind === 'services' ? serviceUsage(item as Item<'services'>) : countUsage(KINDS[kind].plural, groupOf(kind))
  return { scoped: { kind: 'other' }, usage }
}

/** An object as it would be taken if it were made now: what it takes, and what LimitRanges have against it. */
export interface Newcomer {
  readonly taker: Taker
  readonly refusals: readonly Refusal[]
}

export function newPod(spec: Parameters<typeof needsOf>[0], ranges: readonly Range[]): Newcomer {
  const { pod, refusals } = rangePod(needsOf(spec), ranges)
  return { taker: podTaker(pod), refusals }
}

export function newClaim(claim: Item<'persistentVolumeClaims'>, ranges: readonly Range[]): Newcomer {
  return { taker: claimTaker(claim), refusals: rangeClaim(resourcesOf(claim.spec.resources.requests), ranges) }
}

function claimTaker(claim: Item<'persistentVolumeClaims'>): Taker {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = claim.status
  const names = [
    claim.spec.volumeAttributesClassName,
    currentVolumeAttributesClassName,
    modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  const attributesClasses = [...new Set(names.filter((name) => name !== undefined && name !== ''))] as readonly string[]
  return { scoped: { kind: 'claim', attributesClasses }, usage: claimUsage(claim) }
}

/** The same for any kind. */
export function newcomer<K extends Kind>(kind: K, item: Item<K>, ranges: readonly Range[], now: Date): Newcomer {
  if (kind === 'pods') return newPod((item as Item<'pods'>).spec, ranges)
  if (kind === 'persistentVolumeClaims') return newClaim(item as Item<'persistentVolumeClaims'>, ranges)
  return { taker: takerOf(kind, item, now), refusals: [] }
}
