import { ApplyConflict } from '#model/access.ts'
import { type FieldConflict, rightToWrite } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { type ObjectRef, refLabel } from '#model/refs.ts'
import { describeRight, type Right } from '#model/right.ts'
import { ApiError } from './api-error.ts'
import { toConnectError } from './connect-error.ts'

export type WriteVerb = 'get' | 'create' | 'patch' | 'update' | 'delete'

export interface Attempt {
  readonly verb: WriteVerb
  readonly ref: ObjectRef
  readonly plural: string
  readonly server: string
  /** A JSON Patch that begins with tests. */
  readonly guarded?: boolean
}

/** A refused write (or read before it) for the operator. */
export function toWriteError(error: unknown, attempt: Attempt): Error {
  if (!(error instanceof ApiError)) return toConnectError(error, attempt.server)
  const label = refLabel(attempt.ref)
  switch (error.code) {
    case 401:
      return toConnectError(error, attempt.server)
    case 403:
      return refusedBy403(error, attempt, label)
    case 404:
      return new HardenError(
        'not-found',
        `${label}: ${error.message}`,
        'It, or the namespace it belongs to, is not there (any more). Read the cluster again.',
        { cause: error },
      )
    case 422:
      return error.reason === 'Invalid' && error.causes.length === 0 && attempt.guarded === true
        ? staleGuard(error, label)
        : rejected(error, label)
    case 409:
      return conflict(error, label)
    case 429:
      return new HardenError(
        'unreachable',
        `${label}: the API server asks to come back later: ${error.message}`,
        'Nothing was changed. Try again in a minute.',
        { cause: error },
      )
    default:
      return isRejection(error) ? rejected(error, label) : toConnectError(error, attempt.server)
  }
}

/** 400, 413, 415, 422 and the like refuse the object. So does a strict apply of an unknown field, which 1.36 answers with 500. */
function isRejection({ code, message }: ApiError): boolean {
  return (
    (code >= 400 && code < 500) ||
    /field not declared in schema|unknown field|strict decoding error|failed to create (typed|manager for)|admission webhook/.test(message)
  )
}

function rejected(error: ApiError, label: string): HardenError {
  const first = error.causes[0]
  const where =
    first?.field === undefined || first.field === '' || error.message.includes(first.field)
      ? ''
      : ` (${first.field}: ${first.message ?? ''})`
  return new HardenError(
    'rejected',
    `${label} was refused: ${error.message}${where}`,
    'Nothing was changed. Change what the message names, then preview again.',
    { cause: error },
  )
}

/** `User "x" cannot patch resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "shop"` (the authorizer's sentence). */
const CANNOT = /User "[^"]*" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/

/** 403 means three things: a right is missing, an escalation was stopped, or an admission plugin said no. */
function refusedBy403(error: ApiError, { verb, ref, plural }: Attempt, label: string): HardenError {
  const said = CANNOT.exec(error.message)
  if (said !== null) {
    const [, missing = '', resource = '', group = '', namespace] = said
    const right: Right = { verb: missing, group, resource, ...(namespace === undefined ? {} : { namespace }) }
    return missingRight(describeRight(right), label, verb, error)
  }
  if (/attempting to grant RBAC permissions not currently held/.test(error.message)) {
    const hint =
      'Kubernetes lets you grant only what you hold yourself. Ask someone who holds these rights (or the verbs escalate and bind on roles) to apply it.'
    return new HardenError('forbidden', `${label}: ${error.message}`, hint, { cause: error })
  }
  // Quota, Pod Security and webhooks answer 403 too; without a sentence of the authorizer it is the object that is refused.
  if (/ is forbidden: |denied the request|denied request|exceeded quota/.test(error.message)) return rejected(error, label)
  return missingRight(
    describeRight(verb === 'get' ? { ...rightToWrite('patch', ref, plural), verb } : rightToWrite(verb, ref, plural)),
    label,
    verb,
    error,
  )
}

function missingRight(right: string, label: string, verb: WriteVerb, error: ApiError): HardenError {
  const hint = `Missing right: ${right}. kubeharden permissions prints roles that hold what is needed; someone with the right to grant it can apply one.`
  return new HardenError('forbidden', `You may not ${verb} ${label}: ${right} is missing.`, hint, { cause: error })
}

function conflict(error: ApiError, label: string): HardenError {
  const conflicts = fieldConflicts(error)
  if (conflicts.length > 0) {
    const managers = [...new Set(conflicts.map(({ manager }) => manager))].join(', ')
    const hint = `These fields are set by ${managers}. Change them at that source, or take them over knowingly.`
    return new HardenError(
      'conflict',
      `${label}: ${conflicts.length === 1 ? 'a field belongs' : `${conflicts.length} fields belong`} to another manager (${managers}).`,
      hint,
      { cause: new ApplyConflict(conflicts) },
    )
  }
  if (error.reason === 'AlreadyExists')
    return new HardenError('conflict', `${label} exists already.`, 'Preview again: it will be shown as a change of what is there.', {
      cause: error,
    })
  return new HardenError(
    'conflict',
    `${label} was changed by somebody else meanwhile: ${error.message}`,
    'Nothing was changed here. Preview again to see what it is now.',
    { cause: error },
  )
}

/** A failed `test` of a JSON Patch is answered as 422 without a word of the path. */
function staleGuard(error: ApiError, label: string): HardenError {
  return new HardenError(
    'conflict',
    `${label} is not as it was when this change was made.`,
    'Nothing was changed here. Preview again to see what it is now.',
    { cause: error },
  )
}

/** Which manager owns which field, from the causes of a refused server-side apply: `conflict with "helm" using apps/v1`. */
export function fieldConflicts({ causes }: Pick<ApiError, 'causes'>): FieldConflict[] {
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({
      manager: /conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1]?.replace(/\\(.)/g, '$1') ?? message,
      field,
    }))
}
