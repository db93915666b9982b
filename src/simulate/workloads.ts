import type { Item, Kind } from '#model/kinds.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import type { Labels } from './selectors.ts'
import { refTo } from './workloadsRefs.ts'

/** The kinds that hold pods or pod templates. */
export const WORKLOAD_KINDS = ['deployments', 'statefulSets', 'daemonSets', 'cronJobs', 'jobs', 'pods'] as const satisfies readonly Kind[]
type WorkloadKind = (typeof WORKLOAD_KINDS)[number]
export type WorkloadLists = { readonly [K in WorkloadKind]?: readonly Item<K>[] }

/** One pod template (or pod) under the object that an operator would edit to change it. */
export interface PodTemplate {
  readonly ref: ObjectRef
  readonly namespace: string
  readonly labels: Labels
  readonly spec: PodSpec
  /** Where the pod spec is in the object: `spec.template.spec`, `spec` of a pod. */
  readonly path: string
  /** True for pods started by a kubelet from a file: no API object but the file on the node changes them. */
  readonly mirror: boolean
}

/**
 * All pod templates, one for each top owner. Jobs of a CronJob and pods of a controller are folded into it; where the
 * owner itself was not read (a ReplicaSet of its own, a custom resource) one of its pods stands for all of them.
 */
export function podTemplates(lists: WorkloadLists): PodTemplate[] {
  const found = new Map<string, PodTemplate>()
  const add = (template: PodTemplate) => {
    const key = refKey(template.ref)
    if (!found.has(key)) found.set(key, template)
  }
  for (const kind of ['deployments', 'statefulSets', 'daemonSets'] as const)
    for (const item of lists[kind] ?? []) add(fromTemplate(refTo(kind, item), item.spec.template))
  for (const item of lists.cronJobs ?? []) add(fromTemplate(refTo('cronJobs', item), item.spec.jobTemplate.spec.template))
  for (const item of lists.jobs ?? []) add(fromTemplate(ownerOfJob(item), item.spec.template))
  const jobs = new Map((lists.jobs ?? []).map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  for (const pod of lists.pods ?? []) add(fromPod(pod, jobs))
  return [...found.values()]
}

function fromTemplate(ref: ObjectRef, template: { metadata: { labels: Labels }; spec: PodSpec }): PodTemplate {
  const { labels } = template.metadata
  return { ref, namespace: ref.namespace ?? 'default', labels, spec: template.spec, path: podSpecPath(ref.kind), mirror: false }
}

/** Where an object of this kind keeps its pod spec; custom resources keep it where they like. */
export function podSpecPath(kind: string): string {
  if (kind === 'CronJob') return 'spec.jobTemplate.spec.template.spec'
  return kind in API_VERSIONS ? 'spec.template.spec' : 'spec'
}

function fromPod(pod: Item<'pods'>, jobs: ReadonlyMap<string, Item<'jobs'>>): PodTemplate {
  const ref = topOwner(pod, jobs)
  return {
    ref,
    namespace: pod.metadata.namespace ?? 'default',
    labels: pod.metadata.labels,
    spec: pod.spec,
    path: podSpecPath(ref.kind),
    mirror: isMirrorPod(pod),
  }
}

/** A pod that a kubelet runs from a file on its node, shown by the API server only. */
export function isMirrorPod(pod: Item<'pods'>): boolean {
  return 'kubernetes.io/config.mirror' in pod.metadata.annotations
}

type Owned = Pick<Item<'pods'>['metadata'], 'ownerReferences' | 'namespace' | 'name' | 'labels'>

function controllerOf(metadata: Owned) {
  return metadata.ownerReferences.find((o) => o.controller !== false)
}

function ownerOfJob(job: Item<'jobs'>): ObjectRef {
  const owner = controllerOf(job.metadata)
  return owner === undefined ? refTo('jobs', job) : ownerRef(owner, job.metadata.namespace)
}

/** The object to edit to change a pod: its Deployment, CronJob, … or the pod itself. */
export function topOwner(pod: Item<'pods'>, jobs: ReadonlyMap<string, Item<'jobs'>> = new Map()): ObjectRef {
  const { metadata } = pod
  const owner = controllerOf(metadata)
  if (owner === undefined || owner.kind === 'Node') return refTo('pods', pod)
  if (owner.kind === 'ReplicaSet') {
    // ReplicaSets are not read; a Deployment names them after itself and the hash that is also a label of the pods.
    const hash = metadata.labels['pod-template-hash']
    if (hash !== undefined && hash !== '' && owner.name.endsWith(`-${hash}`))
      return ownerRef({ apiVersion: 'apps/v1', kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) }, metadata.namespace)
  }
  const job = owner.kind === 'Job' ? jobs.get(`${metadata.namespace}/${owner.name}`) : undefined
  return job === undefined ? ownerRef(owner, metadata.namespace) : ownerOfJob(job)
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
}

function ownerRef(owner: { apiVersion?: string | undefined; kind: string; name: string }, namespace: string | undefined): ObjectRef {
  const apiVersion = owner.apiVersion ?? API_VERSIONS[owner.kind] ?? 'v1'
  return { apiVersion, kind: owner.kind, ...(namespace === undefined ? {} : { namespace }), name: owner.name }
}

/** Init containers first, as they run. */
export function containersOf(spec: PodSpec): readonly { readonly container: Container; readonly path: string }[] {
  return [
    ...spec.initContainers.map((container, i) => ({ container, path: `initContainers[${i}]` })),
    ...spec.containers.map((container, i) => ({ container, path: `containers[${i}]` })),
  ]
}

/** Has this pod come to its end, so that it runs nothing and takes no traffic? */
export function isFinished(pod: Item<'pods'>): boolean {
  const { phase } = pod.status as { phase?: string }
  return phase === 'Succeeded' || phase === 'Failed'
}
