import type { Item } from '#model/kinds.ts'
import type { PolicyRule } from '#model/objects/access.ts'
import { selects } from './selectors.ts'

type ClusterRole = Item<'clusterRoles'>

/**
 * The rules of each ClusterRole. Those of an aggregated role are filled in by a controller from the roles its selectors
 * find; where they are still empty (a folder of manifests, a controller that lags) they are gathered here in the same way.
 */
export function rulesOfClusterRoles(roles: readonly ClusterRole[]): ReadonlyMap<string, readonly PolicyRule[]> {
  return new Map(roles.map((role) => [role.metadata.name, rulesOf(role, roles, new Set())]))
}

function rulesOf(role: ClusterRole, all: readonly ClusterRole[], seen: ReadonlySet<string>): readonly PolicyRule[] {
  const { aggregationRule, metadata, rules } = role
  if (aggregationRule === undefined || rules.length > 0 || seen.has(metadata.name)) return rules
  const within = new Set([...seen, metadata.name])
  return all
    .filter((part) => aggregationRule.clusterRoleSelectors.some((selector) => selects(selector, part.metadata.labels)))
    .flatMap((part) => rulesOf(part, all, within))
}
