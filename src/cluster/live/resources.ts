import * as z from 'zod'
import type { ApiResource } from '#model/access.ts'
import { ApiError, NoAnswer } from './api-error.ts'
import type { Rest } from './rest.ts'

/** Everything in two answers, instead of one for each group and version; served since 1.26 (beta) and 1.30. */
const AGGREGATED = ['v2', 'v2beta1'].map((v) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`).join(',')

const served = z.object({
  resource: z.string(),
  responseKind: z.object({ kind: z.string() }).nullish(),
  scope: z.string(),
  shortNames: z.array(z.string()).nullish(),
})
const list = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string().optional() }).optional(),
      versions: z.array(z.object({ resources: z.array(served).nullish() })).nullish(),
    }),
  ),
})

/**
 * The resources that an API server serves, each once. Undefined where it does not tell them so: an older one, or discovery
 * is closed. Any answer of that kind is only less help with names, never an error.
 */
export async function readResources(rest: Rest, signal?: AbortSignal): Promise<readonly ApiResource[] | undefined> {
  const found = new Map<string, ApiResource>()
  for (const path of ['/api', '/apis']) {
    const parsed = list.safeParse(await ask(rest, path, signal))
    if (!parsed.success) return undefined
    for (const { metadata, versions } of parsed.data.items) {
      const group = metadata?.name ?? ''
      // The preferred version comes first; what an older one says differently does not count.
      for (const { resource, responseKind, scope, shortNames } of (versions ?? []).flatMap((v) => v.resources ?? [])) {
        const key = `${resource}.${group}`
        if (found.has(key)) continue
        const kind = responseKind?.kind ?? ''
        found.set(key, { group, plural: resource, kind, namespaced: scope === 'Namespaced', short: shortNames ?? [] })
      }
    }
  }
  return [...found.values()]
}

async function ask(rest: Rest, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return (await rest.call('GET', path, { accept: AGGREGATED, signal })).data
  } catch (error) {
    if (signal?.aborted !== true && (error instanceof ApiError || error instanceof NoAnswer)) return undefined
    throw error
  }
}
