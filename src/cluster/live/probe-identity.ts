import type { V1SelfSubjectReview } from '@kubernetes/client-node'
import * as z from 'zod'
import type { Item } from '#model/kinds.ts'
import type { Collected } from '#model/state.ts'
import { NoAnswer } from './api-error.ts'
import type { CredentialKind } from './credentials.ts'
import { gapFor, interrupted, Malformed } from './gaps.ts'
import type { Rest } from './rest.ts'

const review = z.object({
  status: z.object({ userInfo: z.object({ username: z.string(), groups: z.array(z.string()).nullish() }) }),
})

export interface OwnCredential {
  readonly kind: CredentialKind
  readonly certificate?: NonNullable<Item<'identity'>['certificate']>
}

/** Who we are here, as the API server sees it, and by what. Open to every authenticated user (system:basic-user). */
export async function probeIdentity(rest: Rest, own: OwnCredential, signal?: AbortSignal): Promise<Collected<Item<'identity'>>> {
  const body: V1SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  try {
    const { data } = await rest.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, signal })
    const parsed = review.safeParse(data)
    if (!parsed.success) throw new Malformed('The answer is not a SelfSubjectReview.')
    const { username, groups } = parsed.data.status.userInfo
    const item = {
      metadata: { name: username },
      groups: [...(groups ?? [])],
      credential: own.kind,
      ...(own.certificate === undefined ? {} : { certificate: own.certificate }),
    }
    return { items: [item], gaps: [] }
  } catch (error) {
    const needs = { verb: 'create', group: 'authentication.k8s.io', resource: 'selfsubjectreviews' }
    return { items: [], gaps: [gapFor('identity', error, undefined, needs)] }
  }
}

/** What somebody without credentials is answered: the API proper, and the two paths that are open by default. */
const ANONYMOUS_PATHS = ['/api/v1/namespaces', '/version', '/livez'] as const

/** Asks without any credentials, over connections of its own. Of the answers only the status code is looked at. */
export async function probeAnonymous(rest: Rest, signal?: AbortSignal): Promise<Collected<Item<'anonymous'>>> {
  const items: Item<'anonymous'>[] = []
  try {
    for (const path of ANONYMOUS_PATHS) items.push({ metadata: { name: path }, path, code: await rest.anonymousStatus(path, { signal }) })
    return { items, gaps: [] }
  } catch (error) {
    if (error instanceof NoAnswer && error.kind === 'aborted') throw interrupted(error)
    return { items, gaps: [gapFor('anonymous', error)] }
  }
}
