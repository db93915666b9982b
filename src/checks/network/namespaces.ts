import type { Item } from '#model/kinds.ts'
import { isSystemNamespace } from '#model/state.ts'
import type { Direction, Policy } from '#simulate/networkPolicy.ts'
import { directionsOf, isAllowAll, rulesOf } from '#simulate/networkPolicy.ts'
import { selectsAll } from '#simulate/selectors.ts'

/** Namespaces of users that live: not the system's and not on their way out. */
export function userNamespaces(namespaces: readonly Item<'namespaces'>[]): readonly string[] {
  return namespaces
    .filter((n) => !isSystemNamespace(n.metadata.name) && (n.status as { phase?: string }).phase !== 'Terminating')
    .map((n) => n.metadata.name)
}

/** How a namespace stands in one direction, for the pods it has and for those it will get. */
export type Stand =
  | { readonly kind: 'denied'; readonly by: string }
  /** Every pod is isolated by a policy that lets something through. */
  | { readonly kind: 'isolated'; readonly by: string }
  | { readonly kind: 'opened'; readonly by: string }
  /** Policies select some pods only: a new one with other labels is open. */
  | { readonly kind: 'partly'; readonly policies: number }
  | { readonly kind: 'open' }

/**
 * Policies add up: one that selects every pod isolates them, whichever others exist, unless one that also selects every
 * pod lets everything through.
 */
export function standOf(policies: readonly Policy[], namespace: string, direction: Direction): Stand {
  const own = policies.filter((p) => (p.metadata.namespace ?? 'default') === namespace && directionsOf(p).includes(direction))
  const all = own.filter((p) => selectsAll(p.spec.podSelector))
  const opener = all.find((p) => rulesOf(p, direction).some(isAllowAll))
  if (opener !== undefined) return { kind: 'opened', by: opener.metadata.name }
  const deny = all.find((p) => rulesOf(p, direction).length === 0)
  if (deny !== undefined) return { kind: 'denied', by: deny.metadata.name }
  const isolating = all[0]
  if (isolating !== undefined) return { kind: 'isolated', by: isolating.metadata.name }
  return own.length > 0 ? { kind: 'partly', policies: own.length } : { kind: 'open' }
}
