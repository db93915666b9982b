import type { Item, Kind } from '#model/kinds.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { layOut, type Pod, type PodLike } from '../podSecurity/pod.ts'
import { isFinished, isMirrorPod, podSpecPath, topOwner } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import { faceOf } from './face.ts'

/** The kinds that are read to judge workloads. */
export const JUDGED_KINDS = [
  'pods',
  'deployments',
  'statefulSets',
  'daemonSets',
  'replicaSets',
  'replicationControllers',
  'jobs',
  'cronJobs',
] as const satisfies readonly Kind[]

/**
 * Of these, what is judged without as well: pods of a ReplicaSet stand for it where it cannot be read. A check that reads the others
 * and is helped by these is not blind for somebody who may not list them.
 */
export const JUDGED_HELPS = ['replicaSets', 'replicationControllers'] as const satisfies readonly Kind[]

type JudgedKind = (typeof JUDGED_KINDS)[number]
export type JudgedLists = { readonly [K in JudgedKind]?: readonly Item<K>[] }

/**
 * What runs under one owner, once for all replicas: the template that the owner says, and besides it what its live pods are
 * where they are something else (a container that was injected, a field that was changed on the way, a debug container).
 */
export interface Judged {
  /** The object that an operator would edit. */
  readonly ref: ObjectRef
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** Where the pod spec is in that object. */
  readonly path: string
  /** As the object says it; of an owner that was not read, and of a pod of its own, as its pods are. */
  readonly templates: readonly Pod[]
  /** Live pods that differ from it. */
  readonly live: readonly Pod[]
  /** Templates of earlier revisions of which pods are still there. */
  readonly earlier: readonly Pod[]
  /** Run by a kubelet from a file: no object but that file changes it. */
  readonly mirror: boolean
  /** A pod that nothing made: nothing brings it back. */
  readonly naked: boolean
}

interface Growing extends Omit<Judged, 'live'> {
  readonly live: Pod[]
  readonly templates: Pod[]
  readonly earlier: Pod[]
  readonly faces: Set<string>
  readonly known: boolean
}

/** A pod or a template of pods, as the API holds it. */
interface Source {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly annotations: PodLike['annotations'] }
  readonly spec: PodLike['spec']
}

/**
 * Every workload, once for each top owner. Left out is what has come to its end: finished pods, and jobs that are done and
 * that no CronJob starts anew.
 */
export function judgedWorkloads(lists: JudgedLists): readonly Judged[] {
  const found = new Map<string, Growing>()
  const jobs = new Map((lists.jobs ?? []).map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  for (const kind of ['deployments', 'statefulSets', 'daemonSets'] as const)
    for (const item of lists[kind] ?? []) addTemplate(found, refTo(kind, item), item.spec.template)
  for (const item of lists.cronJobs ?? []) addTemplate(found, refTo('cronJobs', item), item.spec.jobTemplate.spec.template)
  for (const item of lists.jobs ?? []) if (!isOver(item) && !isOwned(item)) addTemplate(found, refTo('jobs', item), item.spec.template)
  for (const item of lists.replicaSets ?? []) if (!isOwned(item)) addTemplate(found, refTo('replicaSets', item), item.spec.template)
  for (const item of lists.replicationControllers ?? [])
    if (item.spec?.template !== undefined && !isOwned(item)) addTemplate(found, refTo('replicationControllers', item), item.spec.template)
  const sets = new Map((lists.replicaSets ?? []).map((set) => [`${set.metadata.namespace}/${set.metadata.name}`, set]))
  for (const pod of lists.pods ?? []) if (!isFinished(pod)) addPod(found, pod, topOwner(pod, jobs), sets)
  return [...found.values()]
}

function addTemplate(found: Map<string, Growing>, ref: ObjectRef, template: Source): void {
  const pod = podOf(template)
  found.set(refKey(ref), { ...start(ref, template), templates: [pod], faces: new Set([faceOf(pod)]), known: true })
}

function start(ref: ObjectRef, { metadata }: Source): Growing {
  const base = { ref, namespace: ref.namespace ?? 'default', labels: metadata.labels, path: podSpecPath(ref.kind) }
  return { ...base, templates: [], live: [], earlier: [], mirror: false, naked: false, faces: new Set(), known: false }
}

function addPod(found: Map<string, Growing>, pod: Item<'pods'>, ref: ObjectRef, sets: ReadonlyMap<string, Item<'replicaSets'>>): void {
  const key = refKey(ref)
  const mirror = isMirrorPod(pod)
  const naked = ref.kind === 'Pod' && !mirror
  const owner = found.get(key) ?? { ...start(ref, pod), mirror, naked }
  found.set(key, owner)
  const like = podOf(pod)
  const face = faceOf(like)
  if (owner.faces.has(face)) return
  owner.faces.add(face)
  if (owner.known) owner.live.push(like)
  else owner.templates.push(like)
  const set = pod.metadata.ownerReferences.find((o) => o.kind === 'ReplicaSet')
  const template = set === undefined ? undefined : sets.get(`${pod.metadata.namespace}/${set.name}`)?.spec.template
  if (owner.known && template !== undefined) owner.earlier.push(podOf(template))
}

function podOf({ metadata, spec }: Source): Pod {
  return layOut({ annotations: metadata.annotations, spec })
}

function isOver(job: Item<'jobs'>): boolean {
  return job.status.completionTime !== undefined
}

function isOwned({ metadata }: { readonly metadata: Item<'jobs'>['metadata'] }): boolean {
  return metadata.ownerReferences.some((o) => o.controller !== false)
}
