import type { Container, PodSpec } from '#model/objects/workload.ts'
import type { ObjectRef } from '#model/refs.ts'
import { type Judged, type JudgedLists, judgedWorkloads } from '../judged/judged.ts'
import { fieldLabel } from '../podSecurity/path.ts'
import type { Placed, Pod } from '../podSecurity/pod.ts'
import { type ImageReference, type InvalidReference, parseImage } from './reference.ts'

/** One container and its image. */
export interface ImageUse {
  readonly container: Container
  /** Where its `image` stands in the object; a container that was injected into the pods stands nowhere in it. */
  readonly path?: string
  /** Ends before the others start, and is not there while they run. */
  readonly init: boolean
  readonly injected: boolean
  readonly reference: ImageReference | InvalidReference
}

/** A workload and the images of its template, and of what its live pods have besides. */
export interface WorkloadImages {
  readonly ref: ObjectRef
  readonly namespace: string
  /** The pod as its template says it. */
  readonly spec: PodSpec
  readonly mirror: boolean
  readonly uses: readonly ImageUse[]
}

/**
 * Every workload with its images, once for all replicas; containers that say none are left out (an injector writes them in).
 * Debug containers are not of the workload: they are gone with the pod.
 */
export function workloadImages(lists: JudgedLists): readonly WorkloadImages[] {
  return judgedWorkloads(lists).flatMap((workload) => {
    const [template] = workload.templates
    const uses = usesOf(workload)
    const { ref, namespace, mirror } = workload
    return uses.length === 0 || template === undefined ? [] : [{ ref, namespace, spec: template.spec, mirror, uses }]
  })
}

function usesOf({ templates, live, path }: Judged): readonly ImageUse[] {
  const found = new Map<string, ImageUse>()
  const add = (placed: Placed, use: (init: boolean) => ImageUse) => {
    const { container, at } = placed
    const key = `${container.name} ${container.image}`
    if (container.image === '' || at[1] === 'ephemeralContainers' || found.has(key)) return
    found.set(key, use(at[1] === 'initContainers' && container.restartPolicy !== 'Always'))
  }
  const named = new Set(templates.flatMap((pod) => pod.containers.map(({ container }) => container.name)))
  const read = ({ container }: Placed) => ({ container, reference: parseImage(container.image) })
  for (const placed of containersOf(templates)) {
    const at = `${path.slice(0, -'spec'.length)}${fieldLabel([...placed.at, 'image'])}`
    add(placed, (init) => ({ ...read(placed), path: at, init, injected: false }))
  }
  // A container of the template with another image is of another revision, or was renamed on the way in: the template is judged.
  for (const placed of containersOf(live))
    if (!named.has(placed.container.name)) add(placed, (init) => ({ ...read(placed), init, injected: true }))
  return [...found.values()]
}

function containersOf(pods: readonly Pod[]): readonly Placed[] {
  return pods.flatMap(({ containers }) => containers)
}

/** `app (nginx:latest), proxy (istio/proxyv2:1.27, injected)`: containers with their images, each once, long lists cut. */
export function namesOf(uses: readonly ImageUse[], shown = 4): string {
  const names = [...new Set(uses.map(({ container, injected }) => `${container.name} (${container.image}${injected ? ', injected' : ''})`))]
  return names.length <= shown ? names.join(', ') : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
}
