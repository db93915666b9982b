import { HardenError } from '#model/errors.ts'
import { trustedRegistry } from '#model/settings.ts'
import { safe } from '#model/text.ts'

/** `a.example.com,b.example.com/team`: registries, or folders on them. HardenError `usage` names what is none. */
export function trustedOf(text: string): string[] {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  if (parts.length === 0)
    throw new HardenError('usage', 'No registry was named.', 'Name one or more, such as registry.example.com,registry.k8s.io.')
  return parts.map((part) => {
    const parsed = trustedRegistry.safeParse(part)
    if (parsed.success) return parsed.data
    throw new HardenError(
      'usage',
      `${safe(part.trim())} is no registry.`,
      'Write its host, and a folder on it if you like, such as ghcr.io/my-team or docker.io/library.',
    )
  })
}
