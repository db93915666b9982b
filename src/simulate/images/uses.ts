import type { Container, PodSpec } from '#model/objects/workload.ts'
import type { ObjectRef } from '#model/refs.ts'
import { containersOf, podTemplates, type WorkloadLists } from '../workloads.ts'
import { type ImageReference, type InvalidReference, parseImage } from './reference.ts'

/** One container and its image. */
export interface ImageUse {
  readonly container: Container
  /** Where its `image` stands in the object. */
  readonly path: string
  /** Ends before the others start, and is not there while they run. */
  readonly init: boolean
  readonly reference: ImageReference | InvalidReference
}

/** A workload and the images of its template. */
export interface WorkloadImages {
  readonly ref: ObjectRef
  readonly namespace: string
  readonly spec: PodSpec
  readonly mirror: boolean
  readonly uses: readonly ImageUse[]
}

/** Every workload with its images; containers that say none are left out (an injector writes them in). */
export function workloadImages(lists: WorkloadLists): readonly WorkloadImages[] {
  return podTemplates(lists).flatMap(({ ref, namespace, spec, path, mirror }) => {
    const uses = containersOf(spec)
      .filter(({ container }) => container.image !== '')
      .map(({ container, path: at }) => ({
        container,
        path: `${path}.${at}.image`,
        init: at.startsWith('initContainers') && container.restartPolicy !== 'Always',
        reference: parseImage(container.image),
      }))
    return uses.length === 0 ? [] : [{ ref, namespace, spec, mirror, uses }]
  })
}

/** `app (nginx:latest), log (busybox)`: containers with their images, each pair once, long lists cut. */
export function namesOf(uses: readonly ImageUse[], shown = 4): string {
  const names = [...new Set(uses.map(({ container }) => `${container.name} (${container.image})`))]
  return names.length <= shown ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
}
