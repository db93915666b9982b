import type { Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { refLabel } from '#model/refs.ts'
import { isSystemNamespace } from '#model/state.ts'
import type { Text } from '#model/text.ts'
import { type ForeignLists, foreignOf, mayDenyIn } from '#simulate/network/foreign.ts'
import type { Direction, Policy } from '#simulate/network/rules.ts'
import { directionsOf, isAllowAll, rulesOf } from '#simulate/network/rules.ts'
import { selectsAll } from '#simulate/selectors.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'

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

type DenyMessage = 'denied' | 'isolated' | 'opened' | 'partly' | 'open' | 'foreign'

/** What the two default-deny checks say; `traffic` is incoming or outgoing. */
export function denyMessages(traffic: string): { readonly [M in DenyMessage]: Text } {
  return {
    denied: { en: `NetworkPolicy {policy} denies ${traffic} traffic by default.` },
    isolated: { en: 'NetworkPolicy {policy} selects every pod and lets through only what its rules name.' },
    opened: { en: `NetworkPolicy {policy} selects every pod and lets all ${traffic} traffic through, so no other policy counts.` },
    partly: {
      en: `Its policies ({policies}) select some pods only; every other pod, and every new one, has no limit on ${traffic} traffic.`,
    },
    open: { en: `No NetworkPolicy limits ${traffic} traffic.` },
    foreign: { en: `{policy} selects every pod and may deny ${traffic} traffic; policies of its kind are not worked out.` },
  }
}

/** One finding for each namespace of the users: is traffic of this direction denied by default? */
export function* defaultDeny(
  namespaces: readonly Item<'namespaces'>[],
  policies: readonly Item<'networkPolicies'>[],
  direction: 'Ingress' | 'Egress',
  lists: ForeignLists,
): Iterable<Finding<DenyMessage>> {
  const labels = new Map(namespaces.map((n) => [n.metadata.name, n.metadata.labels]))
  const foreign = foreignOf(lists, (name) => labels.get(name))
  for (const namespace of userNamespaces(namespaces)) {
    const object = namespaceRef(namespace)
    const stand = standOf(policies, namespace, direction)
    const other = mayDenyIn(foreign, namespace, direction)
    if (stand.kind === 'denied' || stand.kind === 'isolated')
      yield { status: 'pass', object, saw: stand.by, message: stand.kind, params: { policy: stand.by } }
    else if (other !== undefined) yield { status: 'unknown', object, message: 'foreign', params: { policy: refLabel(other) } }
    else if (stand.kind === 'opened') yield { status: 'fail', object, saw: stand.by, message: 'opened', params: { policy: stand.by } }
    else if (stand.kind === 'partly') yield { status: 'fail', object, message: 'partly', params: { policies: stand.policies } }
    else yield { status: 'fail', object, message: 'open' }
  }
}
