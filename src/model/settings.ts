import * as z from 'zod'

/** A registry, or a folder on one: `registry.example.com`, `docker.io/library`. Without a tag, a scheme or a trailing slash. */
const PREFIX =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+|[a-z0-9.-]+(?=:)|\[[a-f0-9:]+\])(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/

export const trustedRegistry = z
  .string()
  .transform((text) => text.trim().toLowerCase().replace(/\/+$/, ''))
  .refine(
    (text) => PREFIX.test(text),
    'is no registry: write its host, and a folder on it if you like, such as ghcr.io/my-team or docker.io/library',
  )

/** What an operator says of a cluster, and no API can tell. */
export const settings = z.strictObject({
  /** Where images may come from. None said: nobody knows which are trusted. */
  trustedRegistries: z.array(trustedRegistry).min(1).optional(),
})
export type Settings = z.infer<typeof settings>
