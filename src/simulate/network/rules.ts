import type { Item } from '#model/kinds.ts'
import type { NetworkPeer } from '#model/objects/network.ts'
import { selectsAll } from '../selectors.ts'

export type Policy = Item<'networkPolicies'>
export type Direction = 'Ingress' | 'Egress'

/**
 * The directions a policy isolates. Without policyTypes: Ingress, and Egress only where egress rules exist.
 * Source: pkg/apis/networking/v1/defaults.go.
 */
export function directionsOf(policy: Policy): readonly Direction[] {
  const types = policy.spec.policyTypes ?? []
  if (types.length === 0) return policy.spec.egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  return (['Ingress', 'Egress'] as const).filter((d) => types.includes(d))
}

/** One rule in either direction: no peers means everybody, no ports means every port. */
export interface Rule {
  readonly peers: readonly NetworkPeer[]
  readonly ports: Policy['spec']['ingress'][number]['ports']
}

export function rulesOf(policy: Policy, direction: Direction): readonly Rule[] {
  return direction === 'Ingress'
    ? policy.spec.ingress.map((r) => ({ peers: r.from, ports: r.ports }))
    : policy.spec.egress.map((r) => ({ peers: r.to, ports: r.ports }))
}

/** A peer that is everybody: all addresses of a family, or all pods of all namespaces. */
export function isEverybody(peer: NetworkPeer): boolean {
  if (peer.ipBlock !== undefined) return /^[^/]+\/0$/.test(peer.ipBlock.cidr) && peer.ipBlock.except.length === 0
  return selectsAll(peer.namespaceSelector) && (peer.podSelector === undefined || selectsAll(peer.podSelector))
}

/** Does the rule name ports, and fewer than all of them? A protocol alone is every port of it. */
export function limitsPorts(rule: Rule): boolean {
  return rule.ports.length > 0 && rule.ports.every((p) => p.port !== undefined && !(Number(p.port) <= 1 && (p.endPort ?? 0) >= 65_535))
}

/** Does the rule let everything of its direction through: no peers and no ports named? */
export function isAllowAll(rule: Rule): boolean {
  return rule.peers.length === 0 && rule.ports.length === 0
}
