import type { CheckContext, Finding } from '#model/check.ts'
import type { Params, Text } from '#model/text.ts'
import { byControl } from '#simulate/judged/control.ts'
import { type Judged, type JudgedLists, judgedWorkloads } from '#simulate/judged/judged.ts'
import { containerNames, type FoundSpot, type Origin, type Spot, spotsOf } from '#simulate/judged/spots.ts'
import type { Pod } from '#simulate/podSecurity/pod.ts'
import { minorOf } from '#simulate/podSecurity/version.ts'

type Find = (pod: Pod) => readonly Spot[]

/**
 * The two messages of `verdicts`: {where} names containers with where they come from, {origin} is that alone, {saw} what stands
 * there, {containers} how many were looked at.
 */
export function messages<const F extends Text, const C extends Text>(found: F, clean: C) {
  return { found, clean }
}

/**
 * One finding for each workload, whatever the number of its replicas. What only its live pods have is said with where it
 * comes from, at the owner: an injected sidecar is not in the template, and runs all the same.
 */
export function* verdicts(
  lists: JudgedLists,
  find: Find,
  only: (workload: Judged) => boolean = () => true,
): Generator<Finding<'found' | 'clean'>> {
  for (const workload of judgedWorkloads(lists)) if (only(workload)) yield verdict(workload, spotsOf(workload, find))
}

/** The same, of a control of the Pod Security Standards at the version of the cluster. */
export function byStandard(lists: JudgedLists, id: string, { cluster }: CheckContext): Generator<Finding<'found' | 'clean'>> {
  return verdicts(lists, byControl(id, minorOf('latest', cluster.version)))
}

export function verdict(workload: Judged, spots: readonly FoundSpot[]): Finding<'found' | 'clean'> {
  const containers = counted(containerNames(workload).length, 'container')
  if (spots.length === 0) return { status: 'pass', object: workload.ref, message: 'clean', params: { containers } }
  const saw = listed(spots.map((spot) => spot.saw))
  const at = spots.find((spot) => spot.at !== undefined)?.at
  const params: Params = { where: whereWords(spots), origin: originWords(spots), saw, containers }
  const traits = { images: [...new Set(spots.flatMap(({ images }) => images))], saw: spots.map((spot) => spot.saw) }
  return { status: 'fail', object: workload.ref, ...(at === undefined ? {} : { path: at }), saw, message: 'found', params, traits }
}

/** `app, istio-proxy (injected)`; of what the pod itself says, `the pod`. */
function whereWords(spots: readonly FoundSpot[]): string {
  return listed(spots.map(({ container, origin }) => `${container ?? 'the pod'}${ORIGINS[origin]}`))
}

/** Where it comes from, of what the pod itself says: nothing where that is the template. */
function originWords(spots: readonly FoundSpot[]): string {
  return listed(spots.map(({ origin }) => ORIGINS[origin]))
}

const ORIGINS: { readonly [O in Origin]: string } = {
  template: '',
  injected: ' (injected: not in the template)',
  debug: ' (a debug container)',
  earlier: ' (in pods of an earlier revision)',
  live: ' (in its pods, not in the template)',
}

const MOST = 6

/** Each once, the first few by name. */
export function listed(words: readonly string[]): string {
  const each = [...new Set(words)]
  return each.length <= MOST ? each.join(', ') : `${each.slice(0, MOST).join(', ')} and ${each.length - MOST} more`
}

export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
