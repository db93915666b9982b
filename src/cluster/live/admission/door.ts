import * as z from 'zod'
import type { AdmissionDoor, DryRunAnswer, DryRunOptions, ListedName, ServedResource } from '#model/admission.ts'
import { HardenError } from '#model/errors.ts'
import type { KubeObject } from '#model/refs.ts'
import { describeRight, type Right } from '#model/right.ts'
import { ApiError, NoAnswer } from '../api-error.ts'
import { toConnectError } from '../connect-error.ts'
import { resourcePath } from '../discovery.ts'
import { Malformed } from '../gaps.ts'
import type { Method, Rest } from '../rest.ts'
import { TABLE_ONLY } from '../secrets.ts'
import { secretNames } from './secretNames.ts'
import { readServed } from './served.ts'

/** Names, labels and bookkeeping, without what the objects hold. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

const metadataList = z.object({
  kind: z.literal('PartialObjectMetadataList'),
  items: z
    .array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string().optional(), uid: z.string().optional() }) }))
    .nullish(),
})
const whole = z.looseObject({ metadata: z.looseObject({ name: z.string() }) })
const review = z.object({ status: z.object({ allowed: z.boolean() }) })

/** The door for questions about admission. Each request reads, or is a dry run answered without the object. */
export function makeAdmissionDoor(rest: Rest): AdmissionDoor {
  return {
    served: (signal) => inWords(rest, () => readServed(rest, signal)),
    names: (resource, options) => names(rest, resource, options),
    touch: (resource, object, options) => dryRun(rest, 'PATCH', pathOf(resource, object), {}, options),
    makeAgain: (resource, object, made, options) => makeAgain(rest, resource, object, made, options),
    missing: (rights, signal) => inWords(rest, () => missing(rest, rights, signal)),
  }
}

const apiVersionOf = ({ group, version }: ServedResource) => (group === '' ? version : `${group}/${version}`)
const isSecret = ({ group, plural }: ServedResource) => group === '' && plural === 'secrets'

function pathOf(resource: ServedResource, { namespace, name }: ListedName): string {
  return resourcePath(apiVersionOf(resource), resource.plural, resource.namespaced ? namespace : undefined, name)
}

async function inWords<T>(rest: Rest, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toConnectError(error, rest.server)
  }
}

type NameOptions = Parameters<AdmissionDoor['names']>[1]

async function* names(rest: Rest, resource: ServedResource, options: NameOptions): AsyncGenerator<readonly ListedName[], void, undefined> {
  const { namespace, labels, signal } = options
  try {
    if (isSecret(resource)) {
      yield* secretNames(rest, options)
      return
    }
    const path = resourcePath(apiVersionOf(resource), resource.plural, resource.namespaced ? namespace : undefined)
    for await (const page of rest.pages(path, { accept: METADATA_ONLY, query: { labelSelector: labels }, signal })) {
      const parsed = metadataList.safeParse(page)
      if (!parsed.success) throw new Malformed(`The answer is no list of names of ${resource.plural}.`)
      yield (parsed.data.items ?? []).map(({ metadata }) => metadata)
    }
  } catch (error) {
    throw toListError(error, resource, options, rest.server)
  }
}

function toListError(error: unknown, { group, plural }: ServedResource, { namespace }: NameOptions, server: string): Error {
  if (error instanceof ApiError && error.code === 403) {
    const right = describeRight({ verb: 'list', group, resource: plural, ...(namespace === undefined ? {} : { namespace }) })
    return new HardenError('forbidden', `${right} is missing`, 'kubeharden permissions prints the rights.', { cause: error })
  }
  if (error instanceof Malformed) return new HardenError('unreachable', error.message, 'Run it again.', { cause: error })
  return toConnectError(error, server)
}

/** The answer is a table without objects: nothing of what is stored comes back. */
async function dryRun(
  rest: Rest,
  method: Method,
  path: string,
  body: unknown,
  { fieldManager, signal }: DryRunOptions,
): Promise<DryRunAnswer> {
  try {
    const { warnings } = await rest.call(method, path, {
      body,
      ...(method === 'PATCH' ? { contentType: 'application/merge-patch+json' } : {}),
      accept: TABLE_ONLY,
      query: { dryRun: 'All', includeObject: 'None', fieldManager },
      signal,
    })
    return { warnings }
  } catch (error) {
    return answerOf(error, rest.server)
  }
}

/** A refusal is an answer, of one object; without any answer, or without being let in, there is nothing more to ask. */
function answerOf(error: unknown, server: string): DryRunAnswer {
  if (error instanceof NoAnswer && error.kind === 'timeout') return { warnings: [], refused: error.message }
  if (!(error instanceof ApiError) || error.code === 401) throw toConnectError(error, server)
  if (error.code === 404) return { warnings: error.warnings, gone: true }
  if (error.code === 409 && error.reason === 'AlreadyExists') return { warnings: error.warnings }
  return { warnings: error.warnings, refused: error.message.slice(0, 500) }
}

async function makeAgain(
  rest: Rest,
  resource: ServedResource,
  object: ListedName,
  made: (live: KubeObject) => KubeObject,
  options: DryRunOptions,
): Promise<DryRunAnswer> {
  if (isSecret(resource)) return { warnings: [], refused: 'the values of Secrets are never read, so that it cannot be made once more' }
  try {
    const { data } = await rest.call('GET', pathOf(resource, object), { signal: options.signal })
    const live = whole.parse(data)
    const typed = { ...live, apiVersion: apiVersionOf(resource), kind: resource.kind } as unknown as KubeObject
    return await dryRun(rest, 'POST', collectionOf(resource, object), made(typed), options)
  } catch (error) {
    return answerOf(error, rest.server)
  }
}

function collectionOf(resource: ServedResource, { namespace }: ListedName): string {
  return resourcePath(apiVersionOf(resource), resource.plural, resource.namespaced ? namespace : undefined)
}

/** Asked one by one; where the server does not say, the right counts as missing. */
async function missing(rest: Rest, rights: readonly Right[], signal?: AbortSignal): Promise<readonly Right[]> {
  const answers = await Promise.all(
    rights.map(async (right) => {
      const spec = 'path' in right ? { nonResourceAttributes: right } : { resourceAttributes: right }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec }
      const { data } = await rest.call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { body, signal })
      const parsed = review.safeParse(data)
      return parsed.success && parsed.data.status.allowed
    }),
  )
  return rights.filter((_, i) => answers[i] !== true)
}
