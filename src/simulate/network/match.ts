import type { NetworkPeer } from '#model/objects/network.ts'
import { type Labels, selects, selectsAll } from '../selectors.ts'
import type { Block } from './cidr.ts'
import type { Endpoint, Port } from './endpoints.ts'
import type { Direction, Rule } from './rules.ts'
import { any, both, type Tri } from './tri.ts'

/** Where network programs differ and upstream leaves it open. */
export interface Dialect {
  /** May an isolated pod always connect to the node that it runs on? Upstream says yes; not all do it. */
  readonly toOwnNode: Tri
  /** Does an ipBlock hold addresses of pods and nodes? Cilium takes it for what is outside. */
  readonly blocksHoldCluster: Tri
}

export const COMMON: Dialect = { toOwnNode: 1, blocksHoldCluster: 2 }

/** Labels of each namespace; undefined where they were not seen. */
export type NamespaceLabels = (namespace: string) => Labels | undefined

const NAME_LABEL = 'kubernetes.io/metadata.name'

/** A namespace that could not be read has its name for sure, and perhaps any other label. */
export function selectsNamespace(selector: NonNullable<NetworkPeer['namespaceSelector']>, name: string, labelsOf: NamespaceLabels): Tri {
  if (selectsAll(selector)) return 2
  const labels = labelsOf(name)
  if (labels !== undefined) return selects(selector, { ...labels, [NAME_LABEL]: name }) ? 2 : 0
  const keys = [...Object.keys(selector.matchLabels), ...selector.matchExpressions.map((e) => e.key)]
  const known = {
    matchLabels: Object.fromEntries(Object.entries(selector.matchLabels).filter(([key]) => key === NAME_LABEL)),
    matchExpressions: selector.matchExpressions.filter((e) => e.key === NAME_LABEL),
  }
  if (!selects(known, { [NAME_LABEL]: name })) return 0
  return keys.every((key) => key === NAME_LABEL) ? 2 : 1
}

export interface CompiledPeer {
  readonly peer: NetworkPeer
  readonly block: Block | undefined
}

/** Is this end among those that the peer names? `own` is the namespace of the policy, `direction` that of the rule. */
export function peerHolds(
  { peer, block }: CompiledPeer,
  own: string,
  other: Endpoint,
  direction: Direction,
  labelsOf: NamespaceLabels,
  dialect: Dialect,
): Tri {
  if (peer.ipBlock !== undefined) return block === undefined ? 0 : blockHolds(block, other, direction, dialect)
  if (other.kind === 'outside' || (peer.podSelector === undefined && peer.namespaceSelector === undefined)) return 0
  if (other.kind === 'node') {
    if (other.pod === undefined) return 0
    // The datapath of pods on the host's network is undefined upstream: a selector that fits may or may not mean them.
    return both(1, selectorsHold(peer, own, other.pod, labelsOf))
  }
  return selectorsHold(peer, own, other, labelsOf)
}

/** Both selectors in one peer must hold; without a namespaceSelector the policy's own namespace is meant. */
function selectorsHold(
  peer: NetworkPeer,
  own: string,
  pod: { readonly namespace: string; readonly labels: Labels },
  labelsOf: NamespaceLabels,
): Tri {
  if (peer.podSelector !== undefined && !selects(peer.podSelector, pod.labels)) return 0
  if (peer.namespaceSelector === undefined) return pod.namespace === own ? 2 : 0
  return selectsNamespace(peer.namespaceSelector, pod.namespace, labelsOf)
}

function blockHolds(block: Block, other: Endpoint, direction: Direction, dialect: Dialect): Tri {
  if (other.kind === 'outside') {
    if (other.ip !== undefined) return block.holds(other.ip) ? 2 : 0
    return block.everything && block.version === 4 ? 2 : 1
  }
  if (other.kind === 'node') {
    if (block.everything && other.ips.length > 0) return dialect.blocksHoldCluster
    // A node connects from whichever of its addresses lies nearest: that of a tunnel, for one, is none that it announces.
    if (direction === 'Ingress' || other.ips.length === 0) return 1
    const held = other.ips.filter((ip) => block.holds(ip)).length
    return held === 0 ? 0 : both(dialect.blocksHoldCluster, held === other.ips.length ? 2 : 1)
  }
  if (other.ip === undefined) return block.everything ? both(dialect.blocksHoldCluster, block.version === 4 ? 2 : 1) : 1
  if (block.holds(other.ip)) return dialect.blocksHoldCluster
  return other.otherIps?.some((ip) => block.holds(ip)) === true ? 1 : 0
}

/** Is the port among those that the rule lets through? Without a port: is there any. Named ports are resolved on the destination. */
export function portsHold(ports: Rule['ports'], port: Port | undefined, destination: Endpoint): Tri {
  if (ports.length === 0 || port === undefined) return 2
  return any(ports, (p) => {
    if ((p.protocol ?? 'TCP') !== port.protocol) return 0
    if (p.port === undefined) return 2
    if (typeof p.port === 'number') {
      const held = p.endPort === undefined ? p.port === port.port : p.port <= port.port && port.port <= p.endPort
      return held ? 2 : 0
    }
    return nameHolds(p.port, port, destination)
  })
}

function nameHolds(name: string, port: Port, destination: Endpoint): Tri {
  if (destination.kind === 'outside') return 0
  return any(destination.named, (n) => (n.name !== name || n.port !== port.port || n.protocol !== port.protocol ? 0 : n.sure ? 2 : 1))
}
