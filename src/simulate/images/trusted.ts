import { type ImageReference, repositoryOf } from './reference.ts'

/**
 * Does an image come from one of these registries, or a folder on one? The name ends where the prefix ends, or goes on with a
 * slash: `registry.example.com/team` is neither `registry.example.com/team-b` nor `registry.example.com.evil.example`.
 */
export function isTrusted(reference: Pick<ImageReference, 'domain' | 'path'>, registries: readonly string[]): boolean {
  const name = repositoryOf({ ...reference, domain: reference.domain.toLowerCase() })
  return registries.map(canonical).some((prefix) => name === prefix || name.startsWith(`${prefix}/`))
}

/** Docker Hub has two names. */
function canonical(prefix: string): string {
  return prefix
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/^index\.docker\.io(?=\/|$)/, 'docker.io')
}
