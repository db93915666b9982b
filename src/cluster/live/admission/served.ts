import * as z from 'zod'
import type { Served, ServedResource } from '#model/admission.ts'
import { ApiError } from '../api-error.ts'
import { apiRoot } from '../discovery.ts'
import type { Rest } from '../rest.ts'

const version = z.object({ groupVersion: z.string(), version: z.string() })
const groupList = z.object({
  groups: z.array(z.object({ name: z.string(), versions: z.array(version), preferredVersion: version.optional() })),
})
const resourceList = z.object({
  resources: z
    .array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean(), verbs: z.array(z.string()).nullish() }))
    .nullish(),
})

interface Place {
  readonly group: string
  readonly version: string
  readonly preferred: boolean
}

/** All resources that the API server serves, with their verbs. What does not answer (an aggregated API that is down) is named. */
export async function readServed(rest: Rest, signal?: AbortSignal): Promise<Served> {
  const { data } = await rest.call('GET', '/apis', { signal })
  const groups = groupList.parse(data).groups
  const places: Place[] = [
    { group: '', version: 'v1', preferred: true },
    ...groups.flatMap(({ name, versions, preferredVersion }) =>
      versions.map((v) => ({ group: name, version: v.version, preferred: v.version === preferredVersion?.version })),
    ),
  ]
  const found = await Promise.all(places.map(async (place) => ({ place, resources: await resourcesAt(rest, place, signal) })))
  return {
    resources: found.flatMap(({ resources }) => resources ?? []),
    silent: found.flatMap(({ place: { group, version }, resources }) => (resources === undefined ? [{ group, version }] : [])),
  }
}

async function resourcesAt(
  rest: Rest,
  { group, version, preferred }: Place,
  signal?: AbortSignal,
): Promise<readonly ServedResource[] | undefined> {
  try {
    const { data } = await rest.call('GET', apiRoot(group === '' ? version : `${group}/${version}`), { signal, retries: 1 })
    return (resourceList.parse(data).resources ?? [])
      .filter(({ name }) => !name.includes('/'))
      .map(({ name, kind, namespaced, verbs }) => ({ group, version, plural: name, kind, namespaced, verbs: verbs ?? [], preferred }))
  } catch (error) {
    if (error instanceof ApiError && error.code !== 401) return undefined
    throw error
  }
}
