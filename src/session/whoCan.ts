import type { ApiResource } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { KINDS, type Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import { itemsOf, type State } from '#model/state.ts'
import type { Request } from '#simulate/rbac.ts'
import { type Grant, grantsOf } from '#simulate/rbacGrants.ts'
import { type Holder, holders } from '#simulate/rbacWho.ts'
import { BUILTIN_RESOURCES, type Resource, resourceNamed } from '#simulate/resourceNames.ts'

export const RBAC_READS = ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'] as const satisfies readonly Kind[]

/** A question as it was typed. */
export interface WhoCanAsked {
  readonly verb: string
  /** `pods`, `pods/exec`, `deploy`, `deployments.apps`, or a path such as `/metrics`. */
  readonly what: string
  readonly name?: string
  readonly group?: string
  readonly namespace?: string
  readonly allNamespaces: boolean
}

export interface WhoCanAnswer {
  readonly request: Request
  readonly subjects: readonly Holder[]
  /** What the operator should know about the question as it was understood. */
  readonly notes: readonly string[]
  /** What could not be read: with gaps there may be more subjects than these. */
  readonly gaps: readonly Gap[]
}

/** Who may do what was asked, as the API server's RBAC authorizer would answer. Throws HardenError `usage` for what it cannot mean. */
export function whoCan(state: State, asked: WhoCanAsked, served?: readonly ApiResource[]): WhoCanAnswer {
  const { request, notes } = requestOf(asked, resourcesOf(state, served))
  return { request, subjects: holders(grantsIn(state), request), notes, gaps: gapsFor(state, request) }
}

/** The grants of a state; only a folder of manifests leaves out what the cluster itself holds. */
export function grantsIn(state: State): readonly Grant[] {
  const lists = {
    clusterRoles: itemsOf(state, 'clusterRoles'),
    clusterRoleBindings: itemsOf(state, 'clusterRoleBindings'),
    roles: itemsOf(state, 'roles'),
    roleBindings: itemsOf(state, 'roleBindings'),
  }
  return grantsOf(lists, { stored: state.source === 'live' || state.source === 'snapshot' })
}

function gapsFor(state: State, request: Request): readonly Gap[] {
  const namespace = 'path' in request ? undefined : request.namespace
  return gapsOf(state, namespace === undefined ? (['clusterRoles', 'clusterRoleBindings'] as const) : RBAC_READS, namespace)
}

/** What could not be read of kinds: in one namespace, or anywhere. */
export function gapsOf(state: State, kinds: readonly Kind[], namespace?: string): readonly Gap[] {
  return kinds.flatMap((kind) => {
    const read = state.kinds[kind]
    if (read === undefined) return [{ kind, reason: 'not-in-source' as const, detail: 'was not read' }]
    if (namespace !== undefined && read.onlyNamespaces?.includes(namespace) === true) return []
    return read.gaps.filter((gap) => namespace === undefined || gap.namespace === undefined || gap.namespace === namespace)
  })
}

/** Those that this API server says it serves; else those that every one serves, and the kinds that this state holds. */
function resourcesOf(state: State, served: readonly ApiResource[] | undefined): readonly Resource[] {
  if (served !== undefined) return served
  const own = Object.entries(KINDS).flatMap(([name, spec]) => {
    const group = spec.apiVersion.includes('/') ? (spec.apiVersion.split('/')[0] ?? '') : ''
    const held = itemsOf(state, name as Kind).length > 0 && spec.by !== 'probe'
    const builtin = BUILTIN_RESOURCES.some((r) => r.plural === spec.plural && r.group === group)
    return held && !builtin ? [{ group, plural: spec.plural, kind: spec.kind, namespaced: spec.namespaced, short: [] }] : []
  })
  return [...BUILTIN_RESOURCES, ...own]
}

function requestOf(asked: WhoCanAsked, known: readonly Resource[]): { readonly request: Request; readonly notes: readonly string[] } {
  if (asked.allNamespaces && asked.namespace !== undefined)
    throw new HardenError('usage', '-n and -A exclude each other.', 'Give one of them.')
  if (asked.what.startsWith('/')) return pathRequest(asked)
  const [word = '', ...rest] = asked.what.split('/')
  const subresource = rest.join('/')
  const meant = resourceNamed(word, asked.group, known)
  if (meant.is === 'several') {
    const groups = meant.resources.map((r) => `${r.plural}.${r.group}`).join(', ')
    throw new HardenError('usage', `${word} is in several API groups: ${groups}.`, 'Say which with --api-group.')
  }
  const { group, plural } = meant.is === 'known' ? meant.resource : meant
  const outside = meant.is === 'known' && !meant.resource.namespaced
  const namespace = asked.allNamespaces ? undefined : (asked.namespace ?? (outside ? undefined : 'default'))
  const request = {
    verb: asked.verb,
    group,
    resource: plural,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(asked.name === undefined ? {} : { name: asked.name }),
  }
  return { request, notes: notesOn(asked, meant, { subresource, outside }) }
}

function pathRequest(asked: WhoCanAsked): { readonly request: Request; readonly notes: readonly string[] } {
  if (asked.name !== undefined || asked.group !== undefined)
    throw new HardenError('usage', `${asked.what} is a path: it has no name and no API group.`, 'Leave out --name and --api-group.')
  return { request: { verb: asked.verb, path: asked.what }, notes: [] }
}

function notesOn(
  asked: WhoCanAsked,
  meant: Exclude<ReturnType<typeof resourceNamed>, { is: 'several' }>,
  { subresource, outside }: { readonly subresource: string; readonly outside: boolean },
): readonly string[] {
  const notes: string[] = []
  if (meant.is === 'taken' && meant.plural !== '*')
    notes.push(`${meant.plural} is not known here; taken as a plural of API group "${meant.group}" (--api-group).`)
  if (meant.is === 'known' && meant.others.length > 0)
    notes.push(`Taken as ${meant.resource.plural} of core; also in ${meant.others.map((r) => r.group).join(', ')} (--api-group).`)
  if (outside && asked.namespace !== undefined && asked.what !== 'namespaces')
    notes.push(`Real requests for ${asked.what} carry no namespace: without -n the answer is what they meet.`)
  if (!outside && !asked.allNamespaces && asked.namespace === undefined) notes.push('In namespace default; give -n or -A for another.')
  if (asked.allNamespaces && !outside) notes.push('-A asks for all namespaces at once: rights in single namespaces do not count.')
  const nameless = (asked.verb === 'create' && subresource === '') || asked.verb === 'deletecollection'
  if (asked.name !== undefined && nameless)
    notes.push(`A real ${asked.verb} carries no name: rules that are limited by resourceNames do not allow it.`)
  return notes
}
