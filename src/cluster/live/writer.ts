import type { V1DeleteOptions } from '@kubernetes/client-node'
import * as z from 'zod'
import type { Writer, Written } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { type KubeObject, type ObjectRef, refLabel, refOf } from '#model/refs.ts'
import { ApiError } from './api-error.ts'
import { toConnectError } from './connect-error.ts'
import { type ApiResource, apiRoot, type Discovery, makeDiscovery, resourcePath } from './discovery.ts'
import type { Answer, CallOptions, Method, Rest } from './rest.ts'
import { toWriteError, type WriteVerb } from './write-errors.ts'

/** What every answer to a write must be; the rest of the object is handed on as it came. */
const kubeObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: z.looseObject({ name: z.string() }) })

/** The writing door to a live cluster. Writes are not repeated by themselves, except after a 429 that says when. */
export function makeWriter(rest: Rest): Writer {
  const door: Door = { rest, discovery: makeDiscovery(rest) }
  return {
    get: (ref) => get(door, ref),
    apply: (object, { force, ...options }) =>
      write(door, ['patch', 'PATCH'], refOf(object), options, {
        body: object,
        contentType: 'application/apply-patch+yaml',
        query: { fieldValidation: 'Strict', force: force === true ? true : undefined },
      }),
    create: (object, options) =>
      write(door, ['create', 'POST'], refOf(object), options, { body: object, query: { fieldValidation: 'Strict' } }),
    replace: async (object, options) => {
      const { uid, resourceVersion } = object.metadata
      if (uid === undefined || resourceVersion === undefined) throw withoutPreconditions(refOf(object))
      return write(door, ['update', 'PUT'], refOf(object), options, { body: object, query: { fieldValidation: 'Strict' } })
    },
    jsonPatch: (ref, operations, options) =>
      write(door, ['patch', 'PATCH'], ref, options, { body: operations, contentType: 'application/json-patch+json' }),
    remove: (ref, options) => remove(door, ref, options),
    plural: async (apiVersion, kind) => {
      const { name, namespaced } = await find(door, apiVersion, kind)
      return { plural: name, namespaced }
    },
  }
}

interface Door {
  readonly rest: Rest
  readonly discovery: Discovery
}

async function get(door: Door, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return toObject((await send(door, ['get', 'GET'], ref, {})).data)
  } catch (error) {
    // Not where the kind itself is not served: that has another cause.
    if (error instanceof HardenError && error.code === 'not-found' && error.cause instanceof ApiError) return undefined
    throw error
  }
}

async function remove(door: Door, ref: ObjectRef, options: Parameters<Writer['remove']>[1]): Promise<void> {
  const { uid, resourceVersion, dryRun, signal } = options
  if (uid === '') throw withoutPreconditions(ref)
  const body: V1DeleteOptions = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: 'Background',
    preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    ...(dryRun === true ? { dryRun: ['All'] } : {}),
  }
  await send(door, ['delete', 'DELETE'], ref, { body, signal })
}

type Way = readonly [verb: WriteVerb, method: Method]

async function write(
  door: Door,
  way: Way,
  ref: ObjectRef,
  { fieldManager, dryRun, signal }: { readonly fieldManager: string; readonly dryRun?: boolean; readonly signal?: AbortSignal },
  call: CallOptions,
): Promise<Written> {
  const query = { fieldManager, dryRun: dryRun === true ? 'All' : undefined, ...call.query }
  const { data, warnings } = await send(door, way, ref, { ...call, signal, query })
  return { object: toObject(data), warnings }
}

async function send(door: Door, [verb, method]: Way, ref: ObjectRef, options: CallOptions): Promise<Answer> {
  refuseSecret(ref)
  const { name: plural, namespaced } = await find(door, ref.apiVersion, ref.kind)
  if (namespaced && ref.namespace === undefined)
    throw new HardenError('input', `${refLabel(ref)} has no namespace.`, 'Objects of this kind belong to a namespace: name one.')
  const path = resourcePath(ref.apiVersion, plural, namespaced ? ref.namespace : undefined, method === 'POST' ? undefined : ref.name)
  try {
    return await door.rest.call(method, path, options)
  } catch (error) {
    throw toWriteError(error, { verb, ref, plural, server: door.rest.server, guarded: Array.isArray(options.body) })
  }
}

/** The resource of a kind. What discovery does not know is looked for once more: a CRD may have come since. */
async function find({ rest, discovery }: Door, apiVersion: string, kind: string): Promise<ApiResource> {
  const look = async () => (await discovery.resources(apiVersion))?.find((resource) => resource.kind === kind)
  try {
    const known = await look()
    if (known !== undefined) return known
    discovery.forget()
    const found = await look()
    if (found !== undefined) return found
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw toConnectError(error, rest.server)
    const path = apiRoot(apiVersion)
    throw new HardenError(
      'forbidden',
      `You may not read which kinds this cluster serves: get ${path} is missing.`,
      'Bind the ClusterRole system:discovery to yourself, or the base role of kubeharden permissions.',
      { cause: error },
    )
  }
  throw new HardenError(
    'not-found',
    `This cluster does not serve ${apiVersion} ${kind}.`,
    'Install what brings this kind (its CRD or operator), or choose a way that does not need it.',
  )
}

/** Safety rule 1: an answer to such a request would carry the values. */
function refuseSecret({ apiVersion, kind, name }: ObjectRef): void {
  if (apiVersion === 'v1' && kind.toLowerCase() === 'secret')
    throw defect(`Secret ${name}: Secrets are never read or written by kubeharden.`)
}

function withoutPreconditions(ref: ObjectRef): HardenError {
  return defect(`${refLabel(ref)}: a change without uid and resourceVersion was stopped.`)
}

function defect(message: string): HardenError {
  return new HardenError('internal', message, 'This is a defect in kubeharden. Nothing was sent. Please report which wizard did it.')
}

function toObject(data: unknown): KubeObject {
  const parsed = kubeObject.safeParse(data)
  if (parsed.success) return parsed.data as KubeObject
  const hint = 'Check that nothing between here and the cluster changes answers, then read the cluster again.'
  throw new HardenError('unreachable', 'The answer of the API server is not the object that was asked for.', hint)
}
