import type { Item } from '#model/kinds.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'
import { pullPolicyOf } from '../images/pullPolicy.ts'
import { fullName, registryOf } from '../images/reference.ts'

/** A kubelet reports as many images as this, unless told otherwise (nodeStatusMaxImages). */
const REPORTED = 50

/** Does the image lie on the node? A long list may be cut short, an empty one says nothing. */
export function isOnNode(image: string, node: Item<'nodes'>): 'yes' | 'no' | 'unknown' {
  const { images } = node.status
  const name = fullName(image)
  if (images.some(({ names }) => names.some((other) => fullName(other) === name))) return 'yes'
  return images.length === 0 || images.length >= REPORTED ? 'unknown' : 'no'
}

/** The containers whose image comes from one of these registries. */
export function pullsFrom(spec: PodSpec, registries: ReadonlySet<string>): readonly Container[] {
  return [...spec.initContainers, ...spec.containers].filter((c) => c.image !== '' && registries.has(registryOf(c.image)))
}

/** The images that cannot be had on the node while these registries are gone; an image of policy Always not even where it lies. */
export function unpullable(
  spec: PodSpec,
  registries: ReadonlySet<string>,
  node: Item<'nodes'>,
): { readonly no: readonly string[]; readonly unknown: readonly string[] } {
  const no: string[] = []
  const unknown: string[] = []
  for (const container of pullsFrom(spec, registries)) {
    const there = pullPolicyOf(container) === 'Always' ? 'no' : isOnNode(container.image, node)
    if (there === 'no') no.push(container.image)
    if (there === 'unknown') unknown.push(container.image)
  }
  return { no: [...new Set(no)], unknown: [...new Set(unknown)] }
}
