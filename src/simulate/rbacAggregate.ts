import type { Item } from '#model/kinds.ts'
import type { PolicyRule } from '#model/objects/access.ts'
import { selects } from './selectors.ts'

type ClusterRole = Item<'clusterRoles'>

/**
 * The rules of each ClusterRole. Those of an aggregated role are filled in by a controller from the roles its selectors
 * find; where they are still empty (a folder of manifests, a controller that lags) they are gathered here in the same way.
 */
export function rulesOfClusterRoles(roles: readonly ClusterRole[]): ReadonlyMap<string, readonly PolicyRule[]> {
  const known = new Map<ClusterRole, readonly ClusterRole[]>()
  const partsOf = (role: ClusterRole): readonly ClusterRole[] => {
    const parts = known.get(role) ?? gatheredBy(role, roles)
    known.set(role, parts)
    return parts
  }
  return new Map(roles.map((role) => [role.metadata.name, rulesOf(role, partsOf)]))
}

function gatheredBy({ aggregationRule }: ClusterRole, all: readonly ClusterRole[]): readonly ClusterRole[] {
  const selectors = aggregationRule?.clusterRoleSelectors ?? []
  return all.filter((part) => selectors.some((selector) => selects(selector, part.metadata.labels)))
}

/** Is it one that nobody has filled in yet? */
function isUnfilled({ aggregationRule, rules }: ClusterRole): boolean {
  return aggregationRule !== undefined && rules.length === 0
}

/** Roles may gather each other, in circles too: each is looked at once. */
function rulesOf(role: ClusterRole, partsOf: (role: ClusterRole) => readonly ClusterRole[]): readonly PolicyRule[] {
  if (!isUnfilled(role)) return role.rules
  const seen = new Set([role])
  const rules: PolicyRule[] = []
  // The set grows while it is walked.
  for (const one of seen) {
    if (!isUnfilled(one)) rules.push(...one.rules)
    else for (const part of partsOf(one)) seen.add(part)
  }
  return rules
}
