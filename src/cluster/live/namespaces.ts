import * as z from 'zod'
import { type Item, KINDS } from '#model/kinds.ts'
import type { Collected } from '#model/state.ts'
import { ApiError, NoAnswer } from './api-error.ts'
import { gapFor } from './gaps.ts'
import { listAll } from './list.ts'
import type { Rest } from './rest.ts'

/** What is known of namespaces: the kind as collected, and the names in which single lists are tried. */
export interface KnownNamespaces {
  readonly collected: Collected<Item<'namespaces'>>
  readonly names: readonly string[]
}

/** The namespaces list; where it is refused, the one namespace that the operator works in. */
export async function readNamespaces(rest: Rest, own: string | undefined, signal?: AbortSignal): Promise<KnownNamespaces> {
  try {
    const { items, gaps } = await listAll(rest, 'namespaces', undefined, signal)
    const seen = items as readonly Item<'namespaces'>[]
    return { collected: { items: seen, gaps }, names: seen.map((item) => item.metadata.name) }
  } catch (error) {
    const gap = gapFor('namespaces', error)
    if (gap.reason !== 'forbidden') return { collected: { items: [], gaps: [gap] }, names: [] }
    const name = own ?? 'default'
    const one = await readOne(rest, name, signal)
    return {
      collected: { items: one === undefined ? [] : [one], gaps: [gap], onlyNamespaces: one === undefined ? [] : [name] },
      names: [name],
    }
  }
}

async function readOne(rest: Rest, name: string, signal?: AbortSignal): Promise<Item<'namespaces'> | undefined> {
  try {
    const { data } = await rest.call('GET', `/api/v1/namespaces/${encodeURIComponent(name)}`, { signal })
    const parsed = KINDS.namespaces.schema.safeParse(data)
    return parsed.success ? parsed.data : undefined
  } catch (error) {
    if (error instanceof ApiError || (error instanceof NoAnswer && error.kind !== 'aborted')) return undefined
    throw error
  }
}

const rule = z.object({
  verbs: z.array(z.string()).nullish(),
  apiGroups: z.array(z.string()).nullish(),
  resources: z.array(z.string()).nullish(),
  resourceNames: z.array(z.string()).nullish(),
})
const rulesReview = z.object({ status: z.object({ incomplete: z.boolean().optional(), resourceRules: z.array(rule).nullish() }) })

export type MayList = (group: string, plural: string) => boolean

/**
 * What the operator may list in one namespace, by one question instead of a refused request for each kind (those fill the
 * audit log of a cluster of hundreds of namespaces). Where the server cannot tell, every list is tried.
 */
export async function mayListIn(rest: Rest, namespace: string, signal?: AbortSignal): Promise<MayList> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  try {
    const { data } = await rest.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { body, signal })
    const { status } = rulesReview.parse(data)
    if (status.incomplete === true) return () => true
    return (group, plural) => (status.resourceRules ?? []).some((one) => covers(one, group, plural))
  } catch (error) {
    if (error instanceof NoAnswer && error.kind === 'aborted') throw error
    return () => true
  }
}

function covers(one: z.infer<typeof rule>, group: string, plural: string): boolean {
  const has = (list: readonly string[] | null | undefined, wanted: string) =>
    (list ?? []).some((entry) => entry === '*' || entry === wanted)
  return has(one.verbs, 'list') && has(one.apiGroups, group) && has(one.resources, plural) && (one.resourceNames ?? []).length === 0
}

/** May the operator do this in every namespace? False also where the server does not say. */
export async function isAllowed(
  rest: Rest,
  attributes: { verb: string; group: string; resource: string },
  signal?: AbortSignal,
): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: attributes } }
  const answer = z.object({ status: z.object({ allowed: z.boolean() }) })
  try {
    const { data } = await rest.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body, signal })
    const parsed = answer.safeParse(data)
    return parsed.success && parsed.data.status.allowed
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}
