import type { Item } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import { isReference, parseImage, repositoryOf } from './images/reference.ts'
import { type PodTemplate, podTemplates, type WorkloadLists } from './workloads.ts'
import { refTo } from './workloadsRefs.ts'

/** A program that is recognised by where its image comes from: `fluent/fluent-bit`, or `fluent-bit` under any path. */
export interface Program {
  readonly name: string
  readonly images: readonly string[]
}

export interface Recognised {
  readonly program: string
  readonly template: PodTemplate
}

/** Does the image's path end with this name, whatever registry, tag and digest? */
export function isImage(image: string, name: string): boolean {
  const parsed = parseImage(image)
  if (!isReference(parsed)) return false
  const path = repositoryOf(parsed)
  return path === name || path.endsWith(`/${name}`)
}

/** The workloads that run one of these programs; what a pod carries beside its own work counts as well. */
export function recognised(lists: WorkloadLists, programs: readonly Program[]): readonly Recognised[] {
  return podTemplates(lists).flatMap((template) => {
    const program = programs.find((p) => template.spec.containers.some((c) => p.images.some((name) => isImage(c.image, name))))
    return program === undefined ? [] : [{ program: program.name, template }]
  })
}

/** Of a DaemonSet: on how many nodes it is ready, and on how many of the cluster it should be. */
export function coverageOf(ref: ObjectRef, daemonSets: readonly Item<'daemonSets'>[], nodes: readonly Item<'nodes'>[]) {
  const own = daemonSets.find((d) => {
    const other = refTo('daemonSets', d)
    return ref.kind === 'DaemonSet' && other.name === ref.name && other.namespace === ref.namespace
  })
  if (own === undefined) return undefined
  return { ready: own.status.numberReady ?? 0, nodes: nodes.length }
}
