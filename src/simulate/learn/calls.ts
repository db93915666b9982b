import type { AuditEvent } from '#model/audit.ts'
import type { Request } from '../rbac.ts'

/** One thing that a subject asked for: what the authorizer was asked, and what it said. */
export interface Call {
  readonly user: string
  readonly groups: readonly string[]
  readonly request: Request
  readonly allowed: boolean
}

/**
 * The questions behind one audit event. None for stages that say nothing new. A call that was allowed and then failed
 * (404, 409, 422, a 403 of admission) needed its right; one that the authorizer forbade did not have it.
 */
export function callsOf(event: AuditEvent): readonly Call[] {
  const done = event.stage === 'ResponseComplete' || (event.stage === 'ResponseStarted' && event.verb === 'watch')
  if (!done) return []
  const effective = event.impersonatedUser ?? event.user
  const allowed = isAllowed(event)
  const call = (request: Request): Call => ({ user: effective.username, groups: effective.groups, request, allowed })
  return [...requestsOf(event).map(call), ...impersonations(event)]
}

function isAllowed({ annotations, responseStatus }: AuditEvent): boolean {
  const decision = annotations['authorization.k8s.io/decision']
  if (decision !== undefined) return decision === 'allow'
  return responseStatus?.code !== 401 && responseStatus?.code !== 403
}

/** Streams over WebSocket begin with a GET; since 1.35 the server asks for `create` too. */
const STREAMS = new Set(['exec', 'attach', 'portforward'])

function requestsOf({ verb, objectRef, requestURI, responseStatus }: AuditEvent): readonly Request[] {
  if (objectRef === undefined || objectRef.resource === '') {
    const [path = ''] = requestURI.split('?', 1)
    return path === '' ? [] : [{ verb, path }]
  }
  const { resource, subresource, apiGroup: group, namespace, name } = objectRef
  const request = (v: string): Request => ({
    verb: v,
    group,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    // The name in an event of create is that of the answer: the request had none.
    ...(name === '' || isNameless(v, subresource) ? {} : { name }),
  })
  if (verb === 'get' && resource === 'pods' && STREAMS.has(subresource)) return [request('get'), request('create')]
  // An apply or an update that made the object was asked for `create` as well.
  const made = (verb === 'patch' || verb === 'update') && responseStatus?.code === 201
  return made ? [request(verb), request('create')] : [request(verb)]
}

/** Does a request of this verb carry no name? `create` on a subresource of an object does. */
export function isNameless(verb: string, subresource: string): boolean {
  return verb === 'deletecollection' || (verb === 'create' && subresource === '')
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/
/** Groups that the server adds by itself; nobody is asked whether they may be taken on. */
const ADDED = /^system:(authenticated|unauthenticated|serviceaccounts(:.*)?)$/

/** Who acts as another needs `impersonate` on each part of that identity; no event says so. */
function impersonations({ user, impersonatedUser }: AuditEvent): readonly Call[] {
  if (impersonatedUser === undefined) return []
  const ask = (resource: string, name: string, more: { namespace?: string; group?: string; subresource?: string } = {}): Call => ({
    user: user.username,
    groups: user.groups,
    allowed: true,
    request: { verb: 'impersonate', group: '', resource, name, ...more },
  })
  const [, namespace, account] = ACCOUNT.exec(impersonatedUser.username) ?? []
  const who =
    namespace === undefined || account === undefined
      ? ask('users', impersonatedUser.username)
      : ask('serviceaccounts', account, { namespace })
  const extras = Object.entries(impersonatedUser.extra ?? {}).flatMap(([key, values]) =>
    values.map((value) => ask('userextras', value, { group: 'authentication.k8s.io', subresource: key })),
  )
  return [
    who,
    ...impersonatedUser.groups.filter((g) => !ADDED.test(g)).map((g) => ask('groups', g)),
    ...(impersonatedUser.uid ? [ask('uids', impersonatedUser.uid, { group: 'authentication.k8s.io' })] : []),
    ...extras,
  ]
}
