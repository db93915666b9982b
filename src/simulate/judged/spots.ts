import { fieldLabel, type Path } from '../podSecurity/path.ts'
import type { Placed, Pod } from '../podSecurity/pod.ts'
import type { Judged } from './judged.ts'

/** One place in a pod that a check speaks of. */
export interface Spot {
  /** The container it is in; none where the pod itself says it. */
  readonly container?: string
  readonly path: Path
  /** What stands there, short. */
  readonly saw: string
}

/** Where a spot comes from. `live`: its pods have it and the template does not. */
export type Origin = 'template' | 'injected' | 'debug' | 'earlier' | 'live'

export interface FoundSpot extends Spot {
  readonly origin: Origin
  /** From the root of the object; only of what the object itself says. */
  readonly at?: string
  /** The image of its container; of what the pod itself says, all images of the pod. */
  readonly images: readonly string[]
}

/** All spots of a workload, each once: what its template says first, then what only its live pods have. */
export function spotsOf(workload: Judged, find: (pod: Pod) => readonly Spot[]): readonly FoundSpot[] {
  const found = new Map<string, FoundSpot>()
  const add = (pod: Pod, spot: Spot, more: Pick<FoundSpot, 'origin' | 'at'>) => {
    const key = keyOf(spot)
    const images = [...new Set([...(found.get(key)?.images ?? []), ...imagesOf(pod, spot)])]
    found.set(key, { ...(found.get(key) ?? { ...spot, ...more }), images })
  }
  for (const pod of workload.templates)
    for (const spot of find(pod)) add(pod, spot, { origin: isDebug(pod, spot) ? 'debug' : 'template', at: placeOf(workload, spot) })
  if (workload.live.length === 0) return [...found.values()]
  const earlier = new Set(workload.earlier.flatMap((pod) => find(pod).map(keyOf)))
  for (const pod of workload.live)
    for (const spot of find(pod)) add(pod, spot, { origin: originOf(workload, pod, spot, earlier.has(keyOf(spot))) })
  return [...found.values()]
}

function keyOf({ container, saw }: Spot): string {
  return `${container ?? ''}\0${saw}`
}

function imagesOf({ containers }: Pod, spot: Spot): readonly string[] {
  const own = containers.filter(({ container }) => spot.container === undefined || spot.container === container.name)
  return own.map(({ container }) => container.image)
}

function originOf(workload: Judged, pod: Pod, spot: Spot, earlier: boolean): Origin {
  if (isDebug(pod, spot)) return 'debug'
  if (earlier) return 'earlier'
  const known = spot.container === undefined || hasContainer(workload.templates, spot.container)
  return known ? 'live' : 'injected'
}

function hasContainer(pods: readonly Pod[], name: string): boolean {
  return pods.some(({ containers }) => containers.some(({ container }) => container.name === name))
}

function isDebug({ spec }: Pod, { container }: Spot): boolean {
  return container !== undefined && (spec.ephemeralContainers ?? []).some(({ name }) => name === container)
}

function placeOf({ path }: Judged, spot: Spot): string {
  // A pod spec stands at `spec` of its pod or template: the path goes on where that ends.
  return `${path.slice(0, -'spec'.length)}${fieldLabel(spot.path)}`
}

/** The containers of a workload that its templates and its live pods have, each name once. */
export function containerNames({ templates, live }: Judged): readonly string[] {
  return [...new Set([...templates, ...live].flatMap(({ containers }) => containers.map(({ container }) => container.name)))]
}

/** A spot in each container that a question says something of. */
export function eachContainer(pod: Pod, ask: (placed: Placed) => readonly { path: Path; saw: string }[]): readonly Spot[] {
  return pod.containers.flatMap((placed) =>
    ask(placed).map(({ path, saw }) => ({ container: placed.container.name, path: [...placed.at, ...path], saw })),
  )
}

/** A spot where the pod itself says true. */
export function inPod({ spec }: Pod, field: 'hostPID' | 'hostIPC' | 'hostNetwork' | 'shareProcessNamespace'): readonly Spot[] {
  return spec[field] === true ? [{ path: ['spec', field], saw: `${field}: true` }] : []
}
