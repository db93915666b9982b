import type { Impact } from '#model/change.ts'
import type { Item } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type Direction, directionsOf, isAllowAll, rulesOf } from '#simulate/network/rules.ts'
import { selects, selectsAll } from '#simulate/selectors.ts'

/** Policies of the namespace that select every pod and let everything through: they make a default deny ineffective. */
export function allowAlls(state: State, namespace: string, direction: Direction): readonly string[] {
  return itemsOf(state, 'networkPolicies')
    .filter(
      (p) =>
        (p.metadata.namespace ?? 'default') === namespace &&
        selectsAll(p.spec.podSelector) &&
        directionsOf(p).includes(direction) &&
        rulesOf(p, direction).some(isAllowAll),
    )
    .map((p) => p.metadata.name)
}

export function allowAllLines(state: State, namespace: string, direction: Direction): Impact[] {
  return allowAlls(state, namespace, direction).map((policy) => ({
    level: 'danger',
    text: {
      en: `{namespace}: NetworkPolicy {policy} lets everything ${direction === 'Ingress' ? 'in' : 'out'}, and policies add up: nothing is denied and the check stays red until it is removed.`,
    },
    params: { namespace, policy },
  }))
}

/** Published applications: their Ingress goes on to a Service that the ingress controller no longer reaches. */
export function ingressLines(state: State, service: Item<'services'>): Impact[] {
  const { namespace = 'default', name } = service.metadata
  const ingresses = itemsOf(state, 'ingresses').filter(
    (i) =>
      (i.metadata.namespace ?? 'default') === namespace &&
      i.spec.rules.some((r) => r.http?.paths.some((p) => p.backend.service?.name === name) === true),
  )
  if (ingresses.length === 0) return []
  return [
    {
      level: 'danger',
      text: {
        en: '{namespace}: traffic from the ingress controller to Service {service} stops until it is allowed (Ingress {ingresses}).',
      },
      params: { namespace, service: name, ingresses: ingresses.map((i) => i.metadata.name).join(', ') },
    },
  ]
}

/**
 * Who of other namespaces reaches the Service, as far as objects say it: its name in the arguments of a pod, a Service
 * that is an alias for it, a policy that lets pods out to it. Environment variables and ConfigMaps are not kept, so
 * nothing found does not mean nobody.
 */
export function otherNamespaces(state: State, service: Item<'services'>): readonly string[] {
  const { namespace = 'default', name } = service.metadata
  const named = new RegExp(`(^|[^a-z0-9.-])${literal(`${name}.${namespace}`)}(\\.svc[a-z0-9.-]*)?($|[^a-z0-9.-])`)
  const pods = itemsOf(state, 'pods')
    .filter((p) => p.spec.containers.some((c) => [...c.command, ...c.args].some((word) => named.test(word))))
    .map((p) => `pod ${p.metadata.namespace}/${p.metadata.name}`)
  const aliases = itemsOf(state, 'services')
    .filter((s) => named.test(s.spec.externalName ?? ''))
    .map((s) => `Service ${s.metadata.namespace}/${s.metadata.name}`)
  const policies = itemsOf(state, 'networkPolicies')
    .filter((p) => rulesOf(p, 'Egress').some((rule) => rule.peers.some((peer) => isPeer(state, peer, service))))
    .map((p) => `NetworkPolicy ${p.metadata.namespace}/${p.metadata.name}`)
  return [...new Set([...pods, ...aliases, ...policies])].filter((who) => !who.split(' ')[1]?.startsWith(`${namespace}/`)).toSorted()
}

/** A rule for every namespace or every pod says nothing about this Service: only selectors that name something count. */
function isPeer(
  state: State,
  peer: Item<'networkPolicies'>['spec']['egress'][number]['to'][number],
  { metadata: { namespace = 'default' }, spec }: Item<'services'>,
): boolean {
  const { namespaceSelector, podSelector } = peer
  if (namespaceSelector === undefined || selectsAll(namespaceSelector)) return false
  const labels = itemsOf(state, 'namespaces').find((n) => n.metadata.name === namespace)?.metadata.labels ?? {}
  const known = { ...labels, 'kubernetes.io/metadata.name': namespace }
  return selects(namespaceSelector, known) && (podSelector === undefined || selects(podSelector, spec.selector))
}

export function otherNamespaceLines(state: State, service: Item<'services'>): Impact[] {
  const who = otherNamespaces(state, service)
  if (who.length === 0) return []
  const { namespace = 'default', name } = service.metadata
  const more = who.length > 5 ? `, and ${who.length - 5} more` : ''
  return [
    {
      level: 'danger',
      text: { en: '{namespace}: Service {service} is reached from other namespaces and would no longer be: {who}.' },
      params: { namespace, service: name, who: `${who.slice(0, 5).join(', ')}${more}` },
    },
  ]
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
