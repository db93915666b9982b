import * as z from 'zod'
import { HardenError } from '#model/errors.ts'
import { ApiError } from './api-error.ts'
import { apiRoot, makeDiscovery, resourcePath } from './discovery.ts'
import { Malformed } from './gaps.ts'
import type { Rest } from './rest.ts'
import { TABLE_ONLY } from './secrets.ts'

/** A resource of an EncryptionConfiguration as this cluster serves it. */
export interface StoredResource {
  readonly resource: string
  readonly apiVersion: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

const table = z.object({
  kind: z.literal('Table'),
  metadata: z.object({
    resourceVersion: z.string().optional(),
    continue: z.string().optional(),
    remainingItemCount: z.number().optional(),
  }),
  columnDefinitions: z.array(z.object({ name: z.string() })).nullish(),
  rows: z.array(z.object({ cells: z.array(z.unknown()), object: z.null().optional() })).nullish(),
})

const group = z.object({ preferredVersion: z.object({ version: z.string() }) })

/** Which path serves it. HardenError `not-found` where the cluster does not. */
export async function storedResource(rest: Rest, resource: string, signal?: AbortSignal): Promise<StoredResource> {
  const dot = resource.indexOf('.')
  const plural = dot < 0 ? resource : resource.slice(0, dot)
  const apiVersion = dot < 0 ? 'v1' : await versionOf(rest, resource.slice(dot + 1), signal)
  const found = (await makeDiscovery(rest).resources(apiVersion, signal))?.find((r) => r.name === plural)
  if (found === undefined)
    throw new HardenError(
      'not-found',
      `This cluster serves no ${resource}.`,
      'Name the plural with its group after a dot: secrets, widgets.example.com.',
    )
  return { resource, apiVersion, plural, kind: found.kind, namespaced: found.namespaced }
}

async function versionOf(rest: Rest, name: string, signal?: AbortSignal): Promise<string> {
  const { data } = await rest.call('GET', apiRoot(name), { signal })
  return `${name}/${group.parse(data).preferredVersion.version}`
}

export interface Names {
  readonly names: readonly string[]
  /** Of the list, before any of its objects is written again. */
  readonly resourceVersion: string
}

/**
 * Names alone, in the order of etcd; `namespace` is empty for what belongs to none. All of them before the first is written:
 * the pages of a list end in 410 when etcd has forgotten its revision, and then it is read from the start, once.
 */
export async function namesIn(rest: Rest, stored: StoredResource, namespace: string, signal?: AbortSignal): Promise<Names> {
  try {
    return await readNames(rest, stored, namespace, signal)
  } catch (error) {
    if (error instanceof ApiError && error.code === 410) return await readNames(rest, stored, namespace, signal)
    throw error
  }
}

async function readNames(rest: Rest, stored: StoredResource, namespace: string, signal?: AbortSignal): Promise<Names> {
  const path = resourcePath(stored.apiVersion, stored.plural, stored.namespaced ? namespace : undefined)
  const all: string[] = []
  let version = ''
  for await (const data of rest.pages(path, { accept: TABLE_ONLY, query: { includeObject: 'None' }, signal })) {
    const { metadata, columnDefinitions, rows } = readTable(data)
    const column = (columnDefinitions ?? []).findIndex(({ name }) => name === 'Name')
    const names = (rows ?? []).map(({ cells }) => cells[column])
    if (!names.every((name) => typeof name === 'string') || metadata.resourceVersion === undefined)
      throw new Malformed(`The table of ${stored.resource} has no names or no version.`)
    all.push(...names)
    version = metadata.resourceVersion
  }
  return { names: all, resourceVersion: version }
}

/** How many there are in all namespaces, by one short request. */
export async function countStored(rest: Rest, stored: StoredResource, signal?: AbortSignal): Promise<number> {
  const { data } = await rest.call('GET', resourcePath(stored.apiVersion, stored.plural), {
    accept: TABLE_ONLY,
    query: { includeObject: 'None', limit: 1 },
    signal,
  })
  const { metadata, rows } = readTable(data)
  return (rows ?? []).length + (metadata.remainingItemCount ?? 0)
}

/** The resourceVersion after an empty patch; the object itself stays where it is. */
export async function touch(
  rest: Rest,
  stored: StoredResource,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = resourcePath(stored.apiVersion, stored.plural, stored.namespaced ? namespace : undefined, name)
  const { data } = await rest.call('PATCH', path, {
    body: {},
    contentType: 'application/merge-patch+json',
    accept: TABLE_ONLY,
    query: { includeObject: 'None', fieldManager: 'kubeharden:rewrite' },
    signal,
  })
  return readTable(data).metadata.resourceVersion
}

/** Not one byte of an answer that is no plain table is kept, and nothing of it is quoted. */
function readTable(data: unknown): z.infer<typeof table> {
  const parsed = table.safeParse(data)
  if (!parsed.success) throw new Malformed('The answer is not a plain table; it was thrown away unread.')
  return parsed.data
}
