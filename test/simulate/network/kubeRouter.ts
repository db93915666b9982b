import type { PodEnd } from '../../../src/simulate/network/endpoints.ts'

/**
 * What kube-router v2.1.0 makes of policies, written after its source (pkg/controllers/netpol): sets of addresses and rules on
 * them. Each defect can be switched on by itself; with none it is a second, plain reading of the specification.
 */
export const DEFECTS = {
  'one-chain':
    'pod.go, setupPodNetpolRules: a policy of both directions is one chain without -s or -d, so where it selects both ends its ingress rules also open the egress of the source, and its egress rules the ingress of the destination.',
  'no-such-name':
    'policy.go, processIngressRules and processEgressRules: where no named port of a rule resolves, both lists of ports are empty, which is taken for a rule without ports: every port is open.',
  'name-anywhere':
    'policy.go, processEgressRules and buildNetworkPoliciesInfo: egress without peers to a named port is the number that the pods of the policy’s namespace give that name, whatever the destination calls it.',
  'block-without-names': 'policy.go, processEgressRules: for ipBlocks the named ports of a rule are never looked at.',
  'one-set-of-blocks':
    'policy.go, evalIPBlockPeer: all ipBlocks of a rule share one ipset, in which the longest prefix wins: what one block excepts is lost to the others.',
  'shared-names':
    'policy.go, grabNamedPortFromPod: all named ports of a pod share one map of addresses, so a pod that is added to one name is added to the others.',
} as const
export type Defect = keyof typeof DEFECTS

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
}
interface Peer {
  readonly podSelector?: Selector
  readonly namespaceSelector?: Selector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}
interface PortSpec {
  readonly protocol?: string
  readonly port?: number | string
  readonly endPort?: number
}
interface RuleSpec {
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
  readonly ports?: readonly PortSpec[]
}
interface PolicySpec {
  readonly metadata: { readonly namespace: string }
  readonly spec: {
    readonly podSelector: Selector
    readonly policyTypes?: readonly string[]
    readonly ingress?: readonly RuleSpec[]
    readonly egress?: readonly RuleSpec[]
  }
}
export interface Packet {
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: string
}
type Rule = (packet: Packet) => boolean

export interface Cluster {
  readonly pods: readonly PodEnd[]
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** Is the packet let through? Between pods and addresses; nodes are beyond this. */
export function kubeRouter(cluster: Cluster, objects: readonly object[], defects: ReadonlySet<Defect>): (packet: Packet) => boolean {
  const policies = (objects as readonly PolicySpec[]).map((policy) => {
    const types = policy.spec.policyTypes ?? ((policy.spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'])
    const targets = cluster.pods.filter((p) => p.namespace === policy.metadata.namespace && fits(policy.spec.podSelector, p.labels))
    const rules = (list: 'ingress' | 'egress') =>
      (policy.spec[list] ?? []).flatMap((r) => rulesOf(cluster, policy, list, r, targets, defects))
    const ingress = types.includes('Ingress') ? rules('ingress') : undefined
    const egress = types.includes('Egress') ? rules('egress') : undefined
    return { ips: new Set(targets.map((t) => t.ip)), ingress, egress }
  })
  const passes = (packet: Packet, ip: string, direction: 'ingress' | 'egress') => {
    const own = policies.filter((p) => p.ips.has(ip) && p[direction] !== undefined)
    if (own.length === 0) return true
    return own.some((p) => {
      const whole = defects.has('one-chain') && p.ingress !== undefined && p.egress !== undefined
      return (whole ? [...(p.ingress ?? []), ...(p.egress ?? [])] : (p[direction] ?? [])).some((rule) => rule(packet))
    })
  }
  return (packet) => packet.from === packet.to || (passes(packet, packet.from, 'egress') && passes(packet, packet.to, 'ingress'))
}

function rulesOf(
  cluster: Cluster,
  policy: PolicySpec,
  list: 'ingress' | 'egress',
  rule: RuleSpec,
  targets: readonly PodEnd[],
  defects: ReadonlySet<Defect>,
): Rule[] {
  const peers = (list === 'ingress' ? rule.from : rule.to) ?? []
  const own = new Set(targets.map((t) => t.ip ?? ''))
  const pods = cluster.pods.filter((pod) => peers.some((peer) => isPeer(peer, pod, policy.metadata.namespace, cluster)))
  const peerIps = new Set(pods.map((p) => p.ip ?? ''))
  const held = blocksOf(peers, defects.has('one-set-of-blocks'))
  const named = (rule.ports ?? []).filter((p) => typeof p.port === 'string')
  const numbers = (rule.ports ?? []).filter((p) => typeof p.port !== 'string')
  const ends: Rule = ({ from, to }) => own.has(list === 'ingress' ? to : from)
  const other = (p: Packet) => (list === 'ingress' ? p.from : p.to)
  const byNumber: Rule = (p) => numbers.some((n) => covers(n, p))
  // Names are those of the destination: the targets of an ingress rule, any pod for an egress rule.
  const destinations = list === 'ingress' ? targets : cluster.pods
  const byName: Rule = (p) => named.some((n) => resolves(n, p, destinations, defects))
  const everyPort = (rule.ports ?? []).length === 0
  const rules: Rule[] = []
  const known =
    list === 'ingress' ? targets : peers.length > 0 ? pods : cluster.pods.filter((p) => p.namespace === policy.metadata.namespace)
  const none =
    numbers.length === 0 &&
    named.every((n) => !known.some((d) => d.named.some((c) => c.name === n.port && c.protocol === (n.protocol ?? 'TCP'))))
  const wide = defects.has('no-such-name') && none
  if (pods.length > 0) rules.push((p) => ends(p) && peerIps.has(other(p)) && (everyPort || wide || byNumber(p) || byName(p)))
  if (peers.length === 0) {
    const anywhere: Rule =
      list === 'egress' && defects.has('name-anywhere')
        ? (p) => named.some((n) => known.some((d) => d.named.some((c) => isNamed(c, n, p))))
        : byName
    rules.push((p) => ends(p) && (everyPort || byNumber(p) || anywhere(p)))
  }
  const names: Rule = list === 'egress' && defects.has('block-without-names') ? () => false : byName
  rules.push((p) => ends(p) && held(other(p)) && (everyPort || byNumber(p) || names(p)))
  return rules
}

type Named = PodEnd['named'][number]
const isNamed = (c: Named, n: PortSpec, p: Packet) =>
  c.name === n.port && c.protocol === (n.protocol ?? 'TCP') && c.protocol === p.protocol && c.port === p.port

function resolves(n: PortSpec, packet: Packet, destinations: readonly PodEnd[], defects: ReadonlySet<Defect>): boolean {
  const here = destinations.filter((d) => d.named.some((c) => isNamed(c, n, packet)))
  if (here.some((d) => d.ip === packet.to)) return true
  if (!defects.has('shared-names')) return false
  // Which pod comes first is up to a map without order: whoever shares any name with one that has this port may be meant.
  const reached = new Set(here)
  for (let size = -1; size !== reached.size; ) {
    size = reached.size
    for (const d of destinations)
      if (
        [...reached].some((r) =>
          r.named.some((a) => d.named.some((b) => a.name === b.name && a.port === b.port && a.protocol === b.protocol)),
        )
      )
        reached.add(d)
  }
  return [...reached].some((d) => d.ip === packet.to)
}

function covers(n: PortSpec, p: Packet): boolean {
  if ((n.protocol ?? 'TCP') !== p.protocol) return false
  return n.port === undefined || (Number(n.port) <= p.port && p.port <= (n.endPort ?? Number(n.port)))
}

function isPeer(peer: Peer, pod: PodEnd, own: string, { namespaces }: Cluster): boolean {
  if (peer.ipBlock !== undefined) return false
  if (peer.namespaceSelector === undefined) return pod.namespace === own && fits(peer.podSelector ?? {}, pod.labels)
  const labels = { 'kubernetes.io/metadata.name': pod.namespace, ...namespaces[pod.namespace] }
  return fits(peer.namespaceSelector, labels) && fits(peer.podSelector ?? {}, pod.labels)
}

function fits({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Readonly<Record<string, string>>): boolean {
  const one = (key: string, operator: string, values: readonly string[]) => {
    const value = labels[key]
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    const among = value !== undefined && values.includes(value)
    return operator === 'In' ? among : !among
  }
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((e) => one(e.key, e.operator, e.values ?? []))
  )
}

function blocksOf(peers: readonly Peer[], oneSet: boolean): (ip: string) => boolean {
  const blocks = peers.flatMap((p) => p.ipBlock ?? [])
  if (!oneSet) return (ip) => blocks.some((b) => within(b.cidr, ip) && !(b.except ?? []).some((e) => within(e, ip)))
  const entries = blocks.flatMap((b) => [{ cidr: b.cidr, yes: true }, ...(b.except ?? []).map((cidr) => ({ cidr, yes: false }))])
  return (ip) => {
    const bits = (cidr: string) => Number(cidr.split('/')[1])
    // Of equal ones the later was put in the place of the earlier.
    const best = entries
      .filter((e) => within(e.cidr, ip))
      .reduce<(typeof entries)[number] | undefined>((a, b) => (a === undefined || bits(b.cidr) >= bits(a.cidr) ? b : a), undefined)
    return best?.yes === true
  }
}

function within(cidr: string, ip: string): boolean {
  const [network = '', bits = ''] = cidr.split('/')
  const binary = (a: string) =>
    a
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  return binary(ip).startsWith(binary(network).slice(0, Number(bits)))
}
