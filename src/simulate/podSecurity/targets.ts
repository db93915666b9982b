import { type Item, KINDS, type Kind } from '#model/kinds.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { isMirrorPod, topOwner } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import type { Path } from './path.ts'
import type { PodLike } from './pod.ts'

/** The kinds that a preview of Pod Security reads. */
export const POD_SECURITY_KINDS = [
  'namespaces',
  'pods',
  'deployments',
  'statefulSets',
  'daemonSets',
  'replicaSets',
  'replicationControllers',
  'jobs',
  'cronJobs',
  'podTemplates',
] as const satisfies readonly Kind[]

type PodSecurityKind = (typeof POD_SECURITY_KINDS)[number]
export type PodSecurityLists = { readonly [K in PodSecurityKind]?: readonly Item<K>[] }

/** A pod or a template of pods. */
export interface Target {
  readonly ref: ObjectRef
  readonly pod: PodLike
  /** Where the pod stands in the object. */
  readonly at: Path
  /** What made it, where that is another object. */
  readonly owner?: ObjectRef
  readonly mirror: boolean
}

interface Template {
  readonly metadata: Pick<PodLike, 'annotations'>
  readonly spec: PodLike['spec']
}

/**
 * Every pod and every template that makes pods, scaled to zero or suspended too. What a Deployment made of itself is left
 * out: its ReplicaSets are its template again, and old ones are history.
 */
export function podSecurityTargets(lists: PodSecurityLists, namespace?: string): readonly Target[] {
  const of = <K extends PodSecurityKind>(kind: K) => (lists[kind] ?? []) as readonly Item<K>[]
  const deployments = new Set(of('deployments').map((d) => refKey(refTo('deployments', d))))
  const jobs = new Map(of('jobs').map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  const ofPods = of('pods').map((pod): Target => {
    const ref = refTo('pods', pod)
    const owner = topOwner(pod, jobs)
    const made = refKey(owner) === refKey(ref) ? {} : { owner }
    return { ref, pod: { annotations: pod.metadata.annotations, spec: pod.spec }, at: [], ...made, mirror: isMirrorPod(pod) }
  })
  const all = [
    ...(['deployments', 'statefulSets', 'daemonSets'] as const).flatMap((kind) =>
      of(kind).flatMap((item) => template(kind, item, IN_SPEC, item.spec.template)),
    ),
    ...of('replicaSets')
      .filter((set) => !set.metadata.ownerReferences.some((o) => deployments.has(ownerKey(o, set.metadata.namespace))))
      .flatMap((item) => template('replicaSets', item, IN_SPEC, item.spec.template)),
    ...of('replicationControllers').flatMap((item) => template('replicationControllers', item, IN_SPEC, item.spec?.template)),
    ...of('cronJobs').flatMap((item) => template('cronJobs', item, IN_JOB, item.spec.jobTemplate.spec.template)),
    ...of('jobs').flatMap((item) => template('jobs', item, IN_SPEC, item.spec.template)),
    ...of('podTemplates').flatMap((item) => template('podTemplates', item, ['template'], item.template)),
    ...ofPods,
  ]
  return namespace === undefined ? all : all.filter((t) => t.ref.namespace === namespace)
}

const IN_SPEC: Path = ['spec', 'template']
const IN_JOB: Path = ['spec', 'jobTemplate', 'spec', 'template']

function template<K extends Kind>(kind: K, item: Item<K>, at: Path, from: Template | undefined): readonly Target[] {
  if (from === undefined) return []
  const { metadata } = item as { metadata: Item<'pods'>['metadata'] }
  const controller = metadata.ownerReferences.find((o) => o.controller !== false)
  const owner: ObjectRef | undefined =
    controller === undefined
      ? undefined
      : {
          apiVersion: controller.apiVersion ?? KINDS[kind].apiVersion,
          kind: controller.kind,
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
          name: controller.name,
        }
  const pod = { annotations: from.metadata.annotations, spec: from.spec }
  return [{ ref: refTo(kind, item), pod, at, ...(owner === undefined ? {} : { owner }), mirror: false }]
}

function ownerKey(owner: { apiVersion?: string | undefined; kind: string; name: string }, namespace: string | undefined): string {
  return refKey({ apiVersion: owner.apiVersion ?? 'apps/v1', kind: owner.kind, namespace: namespace ?? 'default', name: owner.name })
}
