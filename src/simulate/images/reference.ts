/**
 * Names of images, read as container runtimes read them. Source: github.com/distribution/reference, regexp.go and normalize.go
 * (kubelet and containerd use it): `nginx` is `docker.io/library/nginx:latest`.
 */
export interface ImageReference {
  /** `docker.io`, `localhost:5000`. Empty for a first part with a dot that is no name of a host (`foo_bar.com/x`). */
  readonly domain: string
  /** The repository on it: `library/nginx`. */
  readonly path: string
  readonly tag?: string
  /** `sha256:…`. */
  readonly digest?: string
}

/** Why no runtime would pull it. */
export type InvalidReference = 'empty' | 'identifier' | 'uppercase' | 'long' | 'digest' | 'malformed'

const DOCKER = 'docker.io'
const HOST_PART = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const DOMAIN = `(?:${HOST_PART}(?:\\.${HOST_PART})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const NAME = new RegExp(`^(?:(${DOMAIN})/)?(${PART}(?:/${PART})*)$`)
const TAG = /^\w[\w.-]{0,127}$/
/** What a digest looks like at all; the algorithms that runtimes know are fewer. */
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/
const KNOWN_DIGEST = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/
const LONGEST_PATH = 255

/** The parts of an image's name, or why it is none. */
export function parseImage(image: string): ImageReference | InvalidReference {
  if (image === '') return 'empty'
  if (/^[a-f0-9]{64}$/.test(image)) return 'identifier'
  const { domain, rest } = splitDomain(image)
  const repository = before(rest, ':')
  if (repository !== repository.toLowerCase()) return 'uppercase'
  const at = rest.indexOf('@')
  const named = at < 0 ? rest : rest.slice(0, at)
  const digest = at < 0 ? undefined : rest.slice(at + 1)
  const colon = named.indexOf(':')
  const tag = colon < 0 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !TAG.test(tag)) return 'malformed'
  if (digest !== undefined && !DIGEST.test(digest)) return 'malformed'
  const match = NAME.exec(`${domain}/${before(named, ':')}`)
  if (match === null) return 'malformed'
  const [, host = '', path = ''] = match
  if (path.length > LONGEST_PATH) return 'long'
  if (digest !== undefined && !KNOWN_DIGEST.test(digest)) return 'digest'
  return { domain: host, path, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark)
  return at < 0 ? text : text.slice(0, at)
}

/** The registry and what is on it: a first part is one where it has a dot, a colon or a capital, or is `localhost`. */
function splitDomain(image: string): { readonly domain: string; readonly rest: string } {
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  const isDomain = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  if (slash < 0 || !isDomain) return { domain: DOCKER, rest: slash < 0 ? `library/${image}` : image }
  const domain = first === 'index.docker.io' ? DOCKER : first
  const rest = image.slice(slash + 1)
  return { domain, rest: domain === DOCKER && !rest.includes('/') ? `library/${rest}` : rest }
}

export function isReference(parsed: ImageReference | InvalidReference): parsed is ImageReference {
  return typeof parsed !== 'string'
}

/** Registry and repository, without tag and digest: `docker.io/library/nginx`. */
export function repositoryOf({ domain, path }: Pick<ImageReference, 'domain' | 'path'>): string {
  return domain === '' ? path : `${domain}/${path}`
}

/** The one full name of an image: where a digest is given, the tag decides nothing; where neither is, it is `latest`. */
export function fullNameOf(reference: ImageReference): string {
  const name = repositoryOf(reference)
  return reference.digest === undefined ? `${name}:${reference.tag ?? 'latest'}` : `${name}@${reference.digest}`
}

/** The same of a name as it is written; what is no name stays as it is, so that it is still the same as itself. */
export function fullName(image: string): string {
  const parsed = parseImage(image)
  return isReference(parsed) ? fullNameOf(parsed) : image
}

/** Which registry an image is pulled from; `docker.io` where none is said. Empty where no runtime would know. */
export function registryOf(image: string): string {
  const parsed = parseImage(image)
  return isReference(parsed) ? parsed.domain : ''
}

/** Does this name always mean the same image? A tag may be moved by who owns the repository. */
export function isPinned(reference: ImageReference): boolean {
  return reference.digest !== undefined
}

/** `latest`, by name or because nothing else is said. */
export function isLatest({ tag, digest }: ImageReference): boolean {
  return digest === undefined && (tag === undefined || tag === 'latest')
}
