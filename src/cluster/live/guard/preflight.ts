import * as z from 'zod'
import type { HardenError } from '#model/errors.ts'
import { toHardenError } from '#model/errors.ts'
import type { NodePreflight, NodeRun } from '#model/node.ts'
import type { KubeObject } from '#model/refs.ts'
import { refOf } from '#model/refs.ts'
import { ApiError } from '../api-error.ts'
import { toConnectError } from '../connect-error.ts'
import type { Rest } from '../rest.ts'
import { toWriteError } from '../write-errors.ts'
import { flagsOfPod } from './flags.ts'
import { GUARD_LABEL, jobObject, namespaceObject } from './objects.ts'
import { missingRights } from './rights.ts'

const node = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ unschedulable: z.boolean().optional() }).optional(),
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish() }).optional(),
})

type Request = Pick<NodeRun, 'node' | 'component' | 'image' | 'withinSeconds'>

/** Looks whether a guard could be started: rights, the node, a dry run of its objects. Nothing is stored. */
export async function preflight(rest: Rest, request: Request, signal?: AbortSignal): Promise<NodePreflight> {
  const until = signal === undefined ? {} : { signal }
  const bare = { controlPlanes: 1, warnings: [] }
  try {
    const missing = await missingRights(rest, signal)
    if (missing.length > 0) return { ...bare, refused: withoutRights(missing) }
    const [refused, controlPlanes, flags] = [
      await nodeRefusal(rest, request.node, signal),
      await countControlPlanes(rest, signal),
      request.component === 'kubelet' ? undefined : await mirrorFlags(rest, request, signal),
    ]
    const seen = { controlPlanes, ...(flags === undefined ? {} : { flags }) }
    if (refused !== undefined) return { ...seen, warnings: [], refused }
    const dry = await dryRuns(rest, request, until)
    return { ...seen, ...dry, warnings: [...(await otherGuards(rest, until)), ...dry.warnings] }
  } catch (error) {
    throw toConnectError(error, rest.server)
  }
}

function withoutRights(missing: readonly string[]): { message: string; hint: string } {
  return {
    message: `The guard needs rights that you do not have: ${missing.join('; ')}.`,
    hint: 'Together they are as good as root on the nodes. kubeharden permissions prints a role that holds them; without it, run the script on the node by hand.',
  }
}

async function nodeRefusal(rest: Rest, name: string, signal: AbortSignal | undefined): Promise<NodePreflight['refused']> {
  const found = await rest
    .call('GET', `/api/v1/nodes/${encodeURIComponent(name)}`, signal === undefined ? {} : { signal })
    .catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined
      throw error
    })
  if (found === undefined) return { message: `There is no node ${name}.`, hint: 'Read the cluster again and choose one of its nodes.' }
  const read = node.safeParse(found.data)
  const ready = read.success && read.data.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true
  return ready
    ? undefined
    : { message: `Node ${name} is not Ready.`, hint: 'Make it Ready first: a change on top of a fault hides which of the two is to blame.' }
}

async function countControlPlanes(rest: Rest, signal: AbortSignal | undefined): Promise<number> {
  const query = { labelSelector: 'node-role.kubernetes.io/control-plane' }
  const { data } = await rest.call('GET', '/api/v1/nodes', { query, ...(signal === undefined ? {} : { signal }) })
  const read = z.looseObject({ items: z.array(z.unknown()).nullish() }).safeParse(data)
  return Math.max(1, read.success ? (read.data.items?.length ?? 0) : 0)
}

/** The flags of a static pod as its mirror pod shows them; undefined where there is none. */
async function mirrorFlags(rest: Rest, { node: name, component }: Request, signal: AbortSignal | undefined) {
  const path = `/api/v1/namespaces/kube-system/pods/${encodeURIComponent(`${component}-${name}`)}`
  try {
    return flagsOfPod((await rest.call('GET', path, signal === undefined ? {} : { signal })).data, component)
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined
    throw error
  }
}

/** Guards that are there already, of whomever: two at a time would wait for each other's restarts, and may undo each other's work. */
async function otherGuards(rest: Rest, until: { readonly signal?: AbortSignal }): Promise<readonly string[]> {
  const { data } = await rest.call('GET', '/api/v1/namespaces', { query: { labelSelector: GUARD_LABEL }, ...until })
  const read = z.looseObject({ items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).nullish() }).safeParse(data)
  const names = read.success ? (read.data.items ?? []).map((n) => n.metadata.name) : []
  return names.map(
    (name) => `the namespace ${name} of another guard is there: wait until it has ended, or delete it where it was left behind`,
  )
}

/** A dry run cannot see a namespace that is not there: the Job is tried in kube-system, where as much is allowed. */
async function dryRuns(
  rest: Rest,
  request: Request,
  until: { readonly signal?: AbortSignal },
): Promise<Pick<NodePreflight, 'warnings' | 'refused'>> {
  const run = 'preview'
  const namespace = namespaceObject('kubeharden-guard-preview', run)
  const job = jobObject('kube-system', { ...request, run })
  const warnings: string[] = []
  const tries: readonly (readonly [KubeObject, string, string])[] = [
    [namespace, '/api/v1/namespaces', 'namespaces'],
    [job, '/apis/batch/v1/namespaces/kube-system/jobs', 'jobs'],
  ]
  for (const [object, path, plural] of tries) {
    try {
      const query = { dryRun: 'All', fieldValidation: 'Strict', fieldManager: 'kubeharden:guard' }
      warnings.push(...(await rest.call('POST', path, { body: object, query, ...until })).warnings)
    } catch (error) {
      const problem = refusalOf(error, rest, object, plural)
      if (problem === undefined) continue
      return { warnings, refused: { message: `The guard would be refused: ${problem.message}`, hint: problem.hint } }
    }
  }
  // The guard's own namespace is privileged and says nothing of this kind.
  return { warnings: warnings.filter((w) => !w.includes('would violate PodSecurity')) }
}

/** One that is there already is no refusal: it was not made by us just now. */
function refusalOf(error: unknown, rest: Rest, object: KubeObject, plural: string): HardenError | undefined {
  if (error instanceof ApiError && error.code === 409) return undefined
  const problem = toHardenError(toWriteError(error, { verb: 'create', ref: refOf(object), plural, server: rest.server }))
  if (problem.code === 'rejected' || problem.code === 'forbidden' || problem.code === 'not-found') return problem
  throw problem
}
