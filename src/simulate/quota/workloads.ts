import { groupOf, type Item, KINDS, type Kind } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { topOwner } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import { type Claims, claimsOfSet } from './claims.ts'
import { surgeOfDaemonSet, surgeOfDeployment } from './surge.ts'
import { isEnded } from './usage.ts'

/** Kinds whose objects make pods, or are made by those. */
export const WORKLOAD_READS = [
  'pods',
  'deployments',
  'statefulSets',
  'daemonSets',
  'replicaSets',
  'replicationControllers',
  'jobs',
  'cronJobs',
  'persistentVolumeClaims',
] as const satisfies readonly Kind[]
export type WorkloadLists = { readonly [K in (typeof WORKLOAD_READS)[number]]: readonly Item<K>[] }

/** What makes pods, and how many its next rollout or run would make on top of those that live. */
export interface Workload {
  readonly ref: ObjectRef
  readonly spec: PodSpec
  readonly live: readonly Item<'pods'>[]
  /** Pods that should be there and are not. */
  readonly missing: number
  /** Pods more than it has, at the peak. */
  readonly surge: number
  /** Pods that may be taken away before new ones are there. */
  readonly unavailable: number
  /** Objects besides pods that it makes for it. */
  readonly makes: readonly Kind[]
  /** Claims that its missing pods need. */
  readonly claims: readonly Claims[]
  /** Scaled to zero or suspended. */
  readonly idle: boolean
}

interface Size {
  readonly desired: number
  readonly surge?: number
  readonly unavailable?: number
  readonly makes?: readonly Kind[]
  readonly idle?: boolean
}

/** The workloads of one namespace; what another one made is part of that. */
export function workloadsOf(lists: WorkloadLists, now: Date): readonly Workload[] {
  const jobs = new Map(lists.jobs.map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  const living = lists.pods.filter((pod) => !isEnded(pod, now))
  const byOwner = Map.groupBy(living, (pod) => refKey(topOwner(pod, jobs)))
  const make = <K extends Kind>(kind: K, item: Item<K>, spec: PodSpec, sizeOf: (live: number) => Size): Workload => {
    const ref = refTo(kind, item)
    const live = byOwner.get(refKey(ref)) ?? []
    const { desired, surge = 0, unavailable = 0, makes = [], idle = false } = sizeOf(live.length)
    const missing = Math.max(0, whole(desired) - live.length)
    return { ref, spec: asMade(spec, live[0]?.spec), live, missing, surge: whole(surge), unavailable, makes, claims: [], idle }
  }
  return [
    ...lists.deployments.map((d) => make('deployments', d, d.spec.template.spec, () => sizeOfDeployment(d))),
    ...lists.statefulSets.map((set) => {
      const workload = make('statefulSets', set, set.spec.template.spec, () => ofReplicas(set.spec.replicas))
      return workload.missing === 0
        ? workload
        : { ...workload, claims: claimsOfSet(set, whole(set.spec.replicas), lists.persistentVolumeClaims) }
    }),
    ...lists.daemonSets.map((d) => make('daemonSets', d, d.spec.template.spec, (live) => sizeOfDaemonSet(d, live))),
    ...lists.replicaSets
      .filter((set) => !set.metadata.ownerReferences.some((o) => o.kind === 'Deployment'))
      .map((set) => make('replicaSets', set, set.spec.template.spec, () => ofReplicas(set.spec.replicas))),
    ...lists.replicationControllers.flatMap((rc) =>
      rc.spec?.template === undefined
        ? []
        : [make('replicationControllers', rc, rc.spec.template.spec, () => ofReplicas(rc.spec?.replicas))],
    ),
    ...lists.cronJobs.map((c) => make('cronJobs', c, c.spec.jobTemplate.spec.template.spec, (live) => sizeOfCronJob(c, live))),
    ...lists.jobs
      .filter((job) => !job.metadata.ownerReferences.some((o) => o.kind === 'CronJob'))
      .map((job) => make('jobs', job, job.spec.template.spec, (live) => sizeOfJob(job, live))),
  ]
}

/** Files may say anything. */
function whole(n = 1): number {
  return Math.max(0, Math.trunc(n))
}

/** What admission fills in of itself (the class' overhead, the cluster's own priority) is seen on the pods that live. */
function asMade(spec: PodSpec, live: PodSpec | undefined): PodSpec {
  if (live === undefined) return spec
  const { overhead = live.overhead, priorityClassName = live.priorityClassName } = spec
  return { ...spec, ...(overhead === undefined ? {} : { overhead }), ...(priorityClassName === undefined ? {} : { priorityClassName }) }
}

function ofReplicas(replicas = 1): Size {
  return { desired: replicas, idle: replicas === 0 }
}

/** Each version of a Deployment has a ReplicaSet of its own; the old ones stay for a while. */
function sizeOfDeployment(d: Item<'deployments'>): Size {
  const desired = d.spec.replicas ?? 1
  return { ...ofReplicas(desired), ...surgeOfDeployment(d.spec.strategy, desired), makes: desired === 0 ? [] : ['replicaSets'] }
}

function sizeOfDaemonSet(d: Item<'daemonSets'>, live: number): Size {
  const desired = d.status.desiredNumberScheduled ?? live
  return { desired, idle: desired === 0, ...surgeOfDaemonSet(d.spec.updateStrategy, desired) }
}

/** The next run starts beside the last only where that is allowed. */
function sizeOfCronJob({ spec }: Item<'cronJobs'>, live: number): Size {
  const pods = podsOfJob(spec.jobTemplate.spec)
  const beside = (spec.concurrencyPolicy ?? 'Allow') === 'Allow' ? pods : Math.max(0, pods - live)
  return spec.suspend === true ? { desired: live, idle: true } : { desired: live, surge: beside, makes: ['jobs'] }
}

/** One that has begun has the pods that it has; what comes after is not known. */
function sizeOfJob({ spec, status }: Item<'jobs'>, live: number): Size {
  if (spec.suspend === true) return { desired: live, idle: true }
  return { desired: status.startTime === undefined ? podsOfJob(spec) : live }
}

function podsOfJob({ parallelism = 1, completions }: Item<'jobs'>['spec']): number {
  return Math.min(parallelism, completions ?? parallelism)
}

/** Of what a workload makes besides pods: how it is counted. */
export function countedAs(kind: Kind): readonly [string, string] {
  return [KINDS[kind].plural, groupOf(kind)]
}
