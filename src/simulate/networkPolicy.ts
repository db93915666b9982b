import { BlockList, isIP } from 'node:net'
import type { Item } from '#model/kinds.ts'
import type { NetworkPeer } from '#model/objects/network.ts'
import { type Labels, selects, selectsAll } from './selectors.ts'

export type Policy = Item<'networkPolicies'>
export type Direction = 'Ingress' | 'Egress'

/** A pod as policies see it. Pods on the host's network are not selected by policies (their datapath is undefined upstream). */
export interface PodView {
  readonly namespace: string
  readonly labels: Labels
  readonly hostNetwork?: boolean
  readonly ip?: string
  /** Named ports, for rules that use them. */
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[]
}

/** A destination port; absent means: whichever port, is there any that is let through. */
export interface PortView {
  readonly port: number
  readonly protocol?: string
}

export type NamespaceLabels = ReadonlyMap<string, Labels>

/**
 * The directions a policy isolates. Without policyTypes: Ingress, and Egress only where egress rules exist.
 * Source: pkg/apis/networking/v1/defaults.go.
 */
export function directionsOf(policy: Policy): readonly Direction[] {
  const types = policy.spec.policyTypes ?? []
  if (types.length === 0) return policy.spec.egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
  return (['Ingress', 'Egress'] as const).filter((d) => types.includes(d))
}

/** The policies that select this pod for a direction; none means: not isolated, all traffic is let through. */
export function isolating(policies: readonly Policy[], pod: PodView, direction: Direction): readonly Policy[] {
  if (pod.hostNetwork === true) return []
  return policies.filter(
    (p) =>
      (p.metadata.namespace ?? 'default') === pod.namespace &&
      directionsOf(p).includes(direction) &&
      selects(p.spec.podSelector, pod.labels),
  )
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

export interface Verdict {
  readonly allowed: boolean
  /** The policies that isolate; empty where nothing does. */
  readonly isolatedBy: readonly Policy[]
  /** Those among them with a rule that lets it through. */
  readonly allowedBy: readonly Policy[]
}

/** May the pod open a connection to an address outside the cluster (or any bare IP)? */
export function egressToAddress(policies: readonly Policy[], pod: PodView, ip: string, port?: PortView): Verdict {
  return judge(policies, pod, 'Egress', (rule) => reachesAddress(rule, ip) && letsPort(rule, port, undefined))
}

/** May `from` connect to `to`? Both its egress and the other's ingress must let it through. */
export function podToPod(
  policies: readonly Policy[],
  namespaces: NamespaceLabels,
  from: PodView,
  to: PodView,
  port?: PortView,
): { readonly allowed: boolean; readonly egress: Verdict; readonly ingress: Verdict } {
  const egress = judge(policies, from, 'Egress', (rule, own) => matchesPod(rule, own, to, namespaces) && letsPort(rule, port, to))
  const ingress = judge(policies, to, 'Ingress', (rule, own) => matchesPod(rule, own, from, namespaces) && letsPort(rule, port, to))
  return { allowed: egress.allowed && ingress.allowed, egress, ingress }
}

function judge(
  policies: readonly Policy[],
  pod: PodView,
  direction: Direction,
  lets: (rule: Rule, policyNamespace: string) => boolean,
): Verdict {
  const isolatedBy = isolating(policies, pod, direction)
  const allowedBy = isolatedBy.filter((p) => rulesOf(p, direction).some((rule) => lets(rule, p.metadata.namespace ?? 'default')))
  return { allowed: isolatedBy.length === 0 || allowedBy.length > 0, isolatedBy, allowedBy }
}

function matchesPod(rule: Rule, own: string, pod: PodView, namespaces: NamespaceLabels): boolean {
  return rule.peers.length === 0 || rule.peers.some((peer) => peerIsPod(peer, own, pod, namespaces))
}

/** Both selectors in one peer must hold (AND); without a namespaceSelector the policy's own namespace is meant. */
function peerIsPod(peer: NetworkPeer, own: string, pod: PodView, namespaces: NamespaceLabels): boolean {
  if (peer.ipBlock !== undefined) return pod.ip !== undefined && inBlock(peer.ipBlock, pod.ip)
  if (pod.hostNetwork === true || (peer.podSelector === undefined && peer.namespaceSelector === undefined)) return false
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.namespace === own
      : selects(peer.namespaceSelector, namespaces.get(pod.namespace) ?? { 'kubernetes.io/metadata.name': pod.namespace })
  return inNamespace && (peer.podSelector === undefined || selects(peer.podSelector, pod.labels))
}

function reachesAddress(rule: Rule, ip: string): boolean {
  return rule.peers.length === 0 || rule.peers.some((peer) => peer.ipBlock !== undefined && inBlock(peer.ipBlock, ip))
}

function letsPort(rule: Rule, port: PortView | undefined, destination: PodView | undefined): boolean {
  if (rule.ports.length === 0 || port === undefined) return true
  return rule.ports.some((p) => {
    if ((p.protocol ?? 'TCP') !== (port.protocol ?? 'TCP')) return false
    if (p.port === undefined) return true
    if (typeof p.port === 'number') return p.endPort === undefined ? p.port === port.port : p.port <= port.port && port.port <= p.endPort
    // Named ports are resolved on the destination pod.
    return (destination?.ports ?? []).some(
      (c) => c.name === p.port && c.containerPort === port.port && (c.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    )
  })
}

/** Is the address in the block and in none of its exceptions? Unreadable CIDRs hold nothing. */
export function inBlock(block: { readonly cidr: string; readonly except: readonly string[] }, ip: string): boolean {
  return inCidr(block.cidr, ip) && !block.except.some((e) => inCidr(e, ip))
}

export function inCidr(cidr: string, ip: string): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(cidr)
  const network = match?.[1] ?? ''
  const bits = Number(match?.[2])
  const version = isIP(network)
  if (version === 0 || version !== isIP(ip) || bits > (version === 4 ? 32 : 128)) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(network, bits, family)
  return list.check(ip, family)
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
