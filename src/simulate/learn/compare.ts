import { type ResourceRequest, ruleAllows, rulesAllow } from '../rbac.ts'
import { can, type Grant, grantsFor, reaches } from '../rbacGrants.ts'
import type { Via } from '../rbacWho.ts'
import { GIVEN_TO_ALL } from './givenToAll.ts'
import { pathWords, type Use, type Used, useWords } from './uses.ts'

/** A rule that is granted now, and how many of the calls seen it let through. */
export interface GrantedRule extends Via {
  readonly calls: number
  /** It comes through a group: others have it too, and no binding of this subject alone can take it away. */
  readonly throughGroup: boolean
}

/** Each rule that this user has now, with how much it was used; 0: nothing in these logs needed it. */
export function grantedNow(used: Used, grants: readonly Grant[]): readonly GrantedRule[] {
  const identity = { name: used.user, groups: [...used.groups] }
  const own = new Set(grantsFor(grants, { name: used.user, groups: [] }))
  return grantsFor(grants, identity).flatMap((grant) =>
    grant.rules.map((rule) => ({
      binding: grant.binding,
      role: grant.roleRef,
      rule,
      throughGroup: !own.has(grant),
      calls: [
        ...[...used.uses.values()].filter((use) => letsThrough(grant, rule, use)),
        ...[...used.paths.values()].filter((path) => grant.scope.kind === 'cluster' && ruleAllows(rule, path)),
      ].reduce((sum, { count }) => sum + count, 0),
    })),
  )
}

/** The rights that were used, by whether what is granted now would give all of each. */
export interface UsedNow {
  /** Granted now. */
  readonly unchanged: readonly string[]
  /** Used in these logs, and not granted any more, or not by a binding: an authorizer besides RBAC, a role that was narrowed since. */
  readonly missing: readonly string[]
}

/** What the proposal keeps of today's rights, and what it adds to them. */
export function usedNow(used: Used, grants: readonly Grant[]): UsedNow {
  const identity = { name: used.user, groups: [...used.groups, 'system:authenticated'] }
  const given = (request: Parameters<typeof can>[2]) => can(grants, identity, request) || rulesAllow(GIVEN_TO_ALL, request)
  const uses = [...used.uses.values()].map((use) => ({ words: useWords(use), granted: requestsOf(use).every(given) }))
  const paths = [...used.paths.values()].map((path) => ({ words: pathWords(path), granted: given(path) }))
  const words = (granted: boolean) => [...uses, ...paths].filter((u) => u.granted === granted).map((u) => u.words)
  return { unchanged: words(true), missing: words(false) }
}

/** The requests of a use, one for each name; more names than were kept apart are one without a name. */
function requestsOf(use: Use): readonly ResourceRequest[] {
  const request = requestOf(use)
  const names = use.names === 'many' ? [] : [...use.names].map((name) => ({ ...request, name }))
  return use.nameless || use.names === 'many' ? [request, ...names] : names
}

function requestOf(use: Use): ResourceRequest {
  const [resource = '', ...rest] = use.resource.split('/')
  const subresource = rest.join('/')
  return {
    verb: use.verb,
    group: use.group,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(use.namespace === '' ? {} : { namespace: use.namespace }),
  }
}

/** Does the rule let some request of this use through? */
function letsThrough(grant: Grant, rule: Grant['rules'][number], use: Use): boolean {
  const request = requestOf(use)
  if (!reaches(grant.scope, request)) return false
  if (ruleAllows(rule, request)) return true
  return use.names === 'many' ? rule.resourceNames.length > 0 : [...use.names].some((name) => ruleAllows(rule, { ...request, name }))
}
