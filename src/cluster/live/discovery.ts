import * as z from 'zod'
import { ApiError } from './api-error.ts'
import type { Rest } from './rest.ts'

const resource = z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })
const resourceList = z.object({ resources: z.array(resource).nullish() })
export type ApiResource = z.infer<typeof resource>

/** Which resources the API server serves, asked once for each group and version. */
export interface Discovery {
  /** `undefined`: that group and version is not served. Throws ApiError (403 where discovery was closed) or NoAnswer. */
  resources(apiVersion: string, signal?: AbortSignal): Promise<readonly ApiResource[] | undefined>
  forget(): void
}

/** `/api/v1` for core, `/apis/GROUP/VERSION` for the rest. */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
}

/** The path of a list, or with `name` of one object. */
export function resourcePath(apiVersion: string, plural: string, namespace?: string, name?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${apiRoot(apiVersion)}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

export function makeDiscovery(rest: Rest): Discovery {
  const known = new Map<string, Promise<readonly ApiResource[] | undefined>>()
  return {
    resources(apiVersion, signal) {
      const found = known.get(apiVersion)
      if (found !== undefined) return found
      const asked = ask(rest, apiVersion, signal)
      known.set(apiVersion, asked)
      asked.catch(() => known.delete(apiVersion)) // a failure is not remembered
      return asked
    },
    forget: () => known.clear(),
  }
}

async function ask(rest: Rest, apiVersion: string, signal?: AbortSignal): Promise<readonly ApiResource[] | undefined> {
  try {
    const { data } = await rest.call('GET', apiRoot(apiVersion), { signal })
    return resourceList.parse(data).resources?.filter(({ name }) => !name.includes('/')) ?? []
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined
    throw error
  }
}
