import type { PodSpec } from '#model/objects/workload.ts'
import { isHugePages, isOvercommitAllowed, isPodLevel } from './names.ts'
import { most, none, plus, type Resources, resourcesOf } from './resources.ts'

export interface Needs {
  readonly requests: Resources
  readonly limits: Resources
}

export interface ContainerNeeds extends Needs {
  readonly name: string
  /** An init container that goes on running beside the others. */
  readonly sidecar: boolean
}

/** Of a pod, what LimitRanges and quotas look at. */
export interface PodNeeds {
  readonly containers: readonly ContainerNeeds[]
  readonly init: readonly ContainerNeeds[]
  /** What it asks for as a whole; undefined and empty are different. */
  readonly whole: Needs | undefined
  readonly overhead: Resources
  readonly priorityClass: string
  readonly terminating: boolean
  readonly affineElsewhere: boolean
}

type Spec = Pick<
  PodSpec,
  'containers' | 'initContainers' | 'resources' | 'overhead' | 'priorityClassName' | 'activeDeadlineSeconds' | 'affinity'
>

/** Throws HardenError `input` where an amount is no quantity. */
export function needsOf(spec: Spec): PodNeeds {
  const { resources } = spec
  return {
    containers: spec.containers.map(containerNeeds),
    init: spec.initContainers.map(containerNeeds),
    whole: resources === undefined ? undefined : { requests: resourcesOf(resources.requests), limits: resourcesOf(resources.limits) },
    overhead: resourcesOf(spec.overhead),
    priorityClass: spec.priorityClassName ?? '',
    terminating: (spec.activeDeadlineSeconds ?? -1) >= 0,
    affineElsewhere: [spec.affinity.podAffinity, spec.affinity.podAntiAffinity].some(looksElsewhere),
  }
}

function containerNeeds({ name, resources, restartPolicy }: PodSpec['containers'][number]): ContainerNeeds {
  return { name, requests: resourcesOf(resources.requests), limits: resourcesOf(resources.limits), sidecar: restartPolicy === 'Always' }
}

function looksElsewhere(affinity: PodSpec['affinity']['podAffinity']): boolean {
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return [...required, ...preferred.map((p) => p.podAffinityTerm)].some(
    (term) => term.namespaces.length > 0 || term.namespaceSelector !== undefined,
  )
}

/**
 * What all containers take together: those that run side by side, or the greatest init container with the sidecars before
 * it, whichever is more. Source: component-helpers/resource AggregateContainerRequests.
 */
export function together(pod: Pick<PodNeeds, 'containers' | 'init'>, of: keyof Needs): Resources {
  let running = pod.containers.reduce<Resources>((sum, c) => plus(sum, c[of]), none)
  let sidecars: Resources = none
  let starting: Resources = none
  for (const container of pod.init) {
    const own = container[of]
    if (container.sidecar) {
      running = plus(running, own)
      sidecars = plus(sidecars, own)
    }
    starting = most(starting, container.sidecar ? sidecars : plus(own, sidecars))
  }
  return most(running, starting)
}

/**
 * What the API server fills in of itself as it takes a pod (of a template it does not): a request where only a limit is
 * said, of containers and of the pod as a whole. Source: core/v1 SetDefaults_Pod.
 */
export function withOwnDefaults(pod: PodNeeds): PodNeeds {
  const filled = <C extends Needs>(c: C): C => (c.limits.size === 0 ? c : { ...c, requests: new Map([...c.limits, ...c.requests]) })
  const containers = pod.containers.map(filled)
  const init = pod.init.map(filled)
  return { ...pod, containers, init, whole: pod.whole === undefined ? undefined : wholeDefaults(pod.whole, { containers, init }) }
}

function wholeDefaults(whole: Needs, pod: Pick<PodNeeds, 'containers' | 'init'>): Needs {
  if (whole.limits.size === 0 && whole.requests.size === 0) return whole
  const limits = new Map(whole.limits)
  for (const [name, q] of together(pod, 'limits'))
    if (isHugePages(name) && !whole.requests.has(name) && !limits.has(name)) limits.set(name, q)
  if (limits.size === 0) return whole
  const requests = new Map(whole.requests)
  for (const [name, q] of together(pod, 'requests'))
    if (!requests.has(name) && isPodLevel(name) && isOvercommitAllowed(name)) requests.set(name, q)
  for (const [name, q] of limits) if (!requests.has(name) && isPodLevel(name)) requests.set(name, q)
  return { requests, limits }
}

/** No request or limit of processor or memory anywhere, or all zero. */
export function isBestEffort(pod: PodNeeds): boolean {
  const all: readonly Needs[] = pod.whole === undefined ? [...pod.containers, ...pod.init] : [pod.whole]
  const some = (list: Resources) => ['cpu', 'memory'].some((name) => (list.get(name)?.milli ?? 0n) > 0n)
  return !all.some((needs) => some(needs.requests) || some(needs.limits))
}
