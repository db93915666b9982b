import * as z from 'zod'
import { type Item, KINDS, type Kind } from '#model/kinds.ts'
import type { ClusterInfo, Collected, Distribution } from '#model/state.ts'
import { ApiError, NoAnswer } from './api-error.ts'
import { isImpersonationRefused } from './connect-error.ts'
import { resourcePath } from './discovery.ts'
import { distributionOf } from './distribution.ts'
import type { CallOptions, Rest } from './rest.ts'

type Kinds = { readonly [K in Kind]?: Collected<Item<K>> }

const version = z.object({ gitVersion: z.string() })
const groups = z.object({ groups: z.array(z.object({ name: z.string() })) })
const withUid = z.object({ metadata: z.object({ uid: z.string() }) })

/** The version of the API server; undefined where the answer is refused. Throws where there is no answer, a 401, or no Kubernetes. */
export async function readVersion(
  rest: Rest,
  options: Pick<CallOptions, 'signal' | 'retries' | 'timeoutMs'> = {},
): Promise<string | undefined> {
  try {
    const { data } = await rest.call('GET', '/version', options)
    const parsed = version.safeParse(data)
    if (!parsed.success) throw new NoAnswer('not-kubernetes', 'what answers there is not a Kubernetes API server')
    return parsed.data.gitVersion
  } catch (error) {
    if (error instanceof ApiError && (error.code === 403 || error.code === 404) && !isImpersonationRefused(error)) return undefined
    throw error
  }
}

export interface Named {
  readonly context: string
  readonly server: string
}

/** What the cluster is. What cannot be read stays out; only kinds already collected and open discovery are used for the rest. */
export async function readClusterInfo(rest: Rest, named: Named, kinds: Kinds, signal?: AbortSignal): Promise<ClusterInfo> {
  const [gitVersion, uid, apiGroups, nodes] = await Promise.all([
    orNothing(readVersion(rest, { signal })),
    readUid(rest, kinds, signal),
    orNothing(rest.call('GET', '/apis', { signal }).then(({ data }) => groups.parse(data).groups.map(({ name }) => name))),
    kinds.nodes === undefined ? someNodes(rest, signal) : kinds.nodes.items,
  ])
  const distribution: Distribution = distributionOf({
    version: gitVersion,
    apiGroups,
    nodes,
    pods: kinds.pods?.items,
    configMaps: kinds.configMaps?.items,
  })
  return { uid, name: named.context, context: named.context, server: named.server, version: gitVersion, distribution }
}

/** The uid of kube-system: what progress and journal belong to. */
async function readUid(rest: Rest, kinds: Kinds, signal?: AbortSignal): Promise<string | undefined> {
  const listed = kinds.namespaces?.items.find(({ metadata }) => metadata.name === 'kube-system')?.metadata.uid
  if (listed !== undefined) return listed
  return orNothing(rest.call('GET', '/api/v1/namespaces/kube-system', { signal }).then(({ data }) => withUid.parse(data).metadata.uid))
}

/** A few nodes tell the distribution as well as all. */
async function someNodes(rest: Rest, signal?: AbortSignal): Promise<readonly Item<'nodes'>[]> {
  const list = z.object({ items: z.array(z.unknown()) })
  const { apiVersion, plural, schema } = KINDS.nodes
  const answer = await orNothing(
    rest.call('GET', resourcePath(apiVersion, plural), { query: { limit: 3 }, signal }).then(({ data }) => list.parse(data)),
  )
  return (answer?.items ?? []).flatMap((raw) => {
    const parsed = schema.safeParse(raw)
    return parsed.success ? [parsed.data] : []
  })
}

/** A value that the session can do without: refused, not served and unreadable are the same. An abort is thrown on. */
async function orNothing<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value
  } catch (error) {
    if (error instanceof NoAnswer && error.kind === 'aborted') throw error
    return undefined
  }
}
