import { ruleAllows } from '../rbac.ts'
import { type Grant, grantsFor, reaches } from '../rbacGrants.ts'
import type { Via } from '../rbacWho.ts'
import type { Use, Used } from './uses.ts'

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

/** Does the rule let some request of this use through? */
function letsThrough(grant: Grant, rule: Grant['rules'][number], use: Use): boolean {
  const [resource = '', ...rest] = use.resource.split('/')
  const subresource = rest.join('/')
  const request = {
    verb: use.verb,
    group: use.group,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(use.namespace === '' ? {} : { namespace: use.namespace }),
  }
  if (!reaches(grant.scope, request)) return false
  if (ruleAllows(rule, request)) return true
  return use.names === 'many' ? rule.resourceNames.length > 0 : [...use.names].some((name) => ruleAllows(rule, { ...request, name }))
}
