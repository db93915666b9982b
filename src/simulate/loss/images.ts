import type { Item } from '#model/kinds.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'

/** A kubelet reports as many images as this, unless told otherwise (nodeStatusMaxImages). */
const REPORTED = 50

/** `nginx` as container runtimes call it: `docker.io/library/nginx:latest`. Source: distribution/reference, normalize.go. */
export function fullName(image: string): string {
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  const named = first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase()
  const domain = named ? (first === 'index.docker.io' ? 'docker.io' : first) : 'docker.io'
  const rest = named ? image.slice(slash + 1) : image
  const path = domain === 'docker.io' && !rest.includes('/') ? `library/${rest}` : rest
  const tagged = path.includes('@') || (path.split('/').at(-1) ?? '').includes(':')
  return `${domain}/${path}${tagged ? '' : ':latest'}`
}

/** Which registry an image is pulled from; `docker.io` where none is said. */
export function registryOf(image: string): string {
  const name = fullName(image)
  return name.slice(0, name.indexOf('/'))
}

/** Does the image lie on the node? A long list may be cut short, an empty one says nothing. */
export function isOnNode(image: string, node: Item<'nodes'>): 'yes' | 'no' | 'unknown' {
  const { images } = node.status
  const name = withoutTag(fullName(image))
  if (images.some(({ names }) => names.some((other) => withoutTag(fullName(other)) === name))) return 'yes'
  return images.length === 0 || images.length >= REPORTED ? 'unknown' : 'no'
}

/** Of a name with a digest the tag decides nothing. */
function withoutTag(name: string): string {
  const at = name.indexOf('@')
  return at < 0 ? name : `${name.slice(0, at).replace(/:[^/:]*$/, '')}${name.slice(at)}`
}

/** As the API server fills it in: an image that says no version, or `latest`, is asked for each time. */
export function pullPolicyOf({ image, imagePullPolicy }: Pick<Container, 'image' | 'imagePullPolicy'>): string {
  if (imagePullPolicy !== undefined && imagePullPolicy !== '') return imagePullPolicy
  return !image.includes('@') && fullName(image).endsWith(':latest') ? 'Always' : 'IfNotPresent'
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
