import { liftLeftProbes } from '#change/probe.ts'
import type { Connection } from '#model/access.ts'
import type { AdmissionPreview, PolicyVerdict } from '#model/admission.ts'
import { HardenError } from '#model/errors.ts'
import { type ObjectRef, refLabel } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type Placed, type ProposedPolicy, readProposal } from '#simulate/admission/proposal.ts'
import { runProbe } from './admissionProbe.ts'
import { allowedTrials } from './admissionRights.ts'
import { refuseUnserved, trialsOf } from './admissionTrials.ts'
import type { SessionDeps } from './deps.ts'
import type { Target } from './types.ts'

export interface AdmissionAsked {
  /** The policies with their bindings and parameters, and where each stands. */
  readonly objects: readonly Placed[]
  /** May the server be asked? That writes a copy of each policy, and takes it away again. */
  readonly probe: boolean
  readonly namespace?: string
  /** What is going on, line by line. */
  readonly onNote?: (text: string) => void
}

/**
 * What proposed admission policies would refuse of what is there. Only the API server can say: without a probe the answer
 * is unknown, with the reason.
 */
export async function previewAdmission(
  deps: SessionDeps,
  target: Target,
  asked: AdmissionAsked,
  options: { readonly signal?: AbortSignal } = {},
): Promise<AdmissionPreview> {
  const policies = readProposal(asked.objects)
  if (asked.probe && deps.readOnly) throw readOnly('started with --read-only')
  const connection = await deps.connect(target, options.signal)
  try {
    const state = await connection.reader.collect(['identity'], options)
    if (state.source !== 'live') return unknownOf(state, policies, `${state.cluster.name} has no API server that could be asked`)
    if (!asked.probe) return unknownOf(state, policies, unasked(state, policies))
    return await withProbe(deps, target, { connection, state, policies }, asked, options.signal)
  } finally {
    await connection.reader.close()
  }
}

function readOnly(why: string): HardenError {
  return new HardenError('read-only', `Nothing is written: ${why}.`, 'Connect without --read-only, or leave --probe out.')
}

function unasked(state: State, policies: readonly ProposedPolicy[]): string {
  const copies = policies.reduce((sum, p) => sum + Math.max(1, p.bindings.length), 0)
  const what = copies === 1 ? 'a copy of the policy' : `${copies} copies of the policies`
  return `only the API server can say. --probe writes ${what} with a binding that warns nobody but its own dry runs into cluster ${state.cluster.name}, asks about every object by a dry run, and removes them again`
}

function unknownOf(state: State, policies: readonly ProposedPolicy[], reason: string): AdmissionPreview {
  const nothing = { evaluated: 0, violations: [], typeChecking: [], typeChecked: false, notes: [] }
  return { cluster: state.cluster.name, policies: policies.map(({ name }): PolicyVerdict => ({ name, ...nothing, unknown: [{ reason }] })) }
}

interface Open {
  readonly connection: Connection
  readonly state: State
  readonly policies: readonly ProposedPolicy[]
}

async function withProbe(
  deps: SessionDeps,
  target: Target,
  { connection, state, policies }: Open,
  { namespace, onNote }: AdmissionAsked,
  signal?: AbortSignal,
): Promise<AdmissionPreview> {
  const { writer, admission } = connection
  if (writer === undefined || admission === undefined) throw readOnly(connection.readOnlyReason ?? 'there is no live cluster')
  const stores = await deps.openStores(target, state.cluster, { locked: true })
  try {
    const { journal } = stores
    tellLeft(await liftLeftProbes({ journal, writer }), onNote)
    const served = await admission.served(signal)
    refuseUnserved(served, state.cluster.version)
    const place = { user: userOf(state), served, ...(namespace === undefined ? {} : { namespace }) }
    const { trials, unknown } = await allowedTrials(admission, trialsOf(policies, place), served, namespace, signal)
    const { uid, name, server } = state.cluster
    const cluster = { name, ...(uid === undefined ? {} : { uid }), ...(server === undefined ? {} : { server }) }
    const doors = { writer, admission, journal, served }
    const more = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(onNote === undefined ? {} : { onNote }),
      ...(signal === undefined ? {} : { signal }),
    }
    return await runProbe({ ...doors, ...more, policies, trials, unknown, cluster, who: deps.who })
  } finally {
    await stores.release()
  }
}

function tellLeft(left: readonly ObjectRef[], onNote: AdmissionAsked['onNote']): void {
  if (left.length > 0) onNote?.(`Removed what an earlier probe left: ${left.map(refLabel).join(', ')}.`)
}

/** The API server tells our requests from others by this name. */
function userOf(state: State): string {
  const name = itemsOf(state, 'identity')[0]?.metadata.name
  if (name !== undefined && name !== '') return name
  throw new HardenError(
    'forbidden',
    'The API server does not say who you are, so that nothing can be kept from others. Nothing was written.',
    'Missing right: create selfsubjectreviews.authentication.k8s.io cluster-wide (everybody has it by system:basic-user).',
  )
}
