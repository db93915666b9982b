import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import type { Labels } from '../selectors.ts'
import { isFinished } from '../workloads.ts'

/** A port that a container names. `sure` is false for init containers: only those that keep running (sidecars) count. */
export interface NamedPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly sure: boolean
}

/** One end of a connection, as policies see it. */
export type Endpoint = PodEnd | NodeEnd | OutsideEnd

export interface PodEnd {
  readonly kind: 'pod'
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  /** The address that is used; unset until it runs. */
  readonly ip?: string
  /** Addresses of its other family. */
  readonly otherIps?: readonly string[]
  readonly node?: string
  readonly named: readonly NamedPort[]
}

/** A node, or a pod on its network: policies do not select it, and rules see the address of the node. */
export interface NodeEnd {
  readonly kind: 'node'
  readonly node?: string
  readonly ips: readonly string[]
  /** Where it is a pod. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly labels: Labels }
  readonly named: readonly NamedPort[]
}

/** Beyond the cluster; without an address: somewhere there. */
export interface OutsideEnd {
  readonly kind: 'outside'
  readonly ip?: string
}

/** A destination port: a number, or a name that is looked up on the destination. */
export interface Port {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
}

export function namedPorts(spec: PodSpec): NamedPort[] {
  const of = (containers: PodSpec['containers'], sure: boolean) =>
    containers.flatMap((c) =>
      c.ports.flatMap(({ name, containerPort, protocol = 'TCP' }) =>
        name === undefined ? [] : [{ name, port: containerPort, protocol, sure }],
      ),
    )
  return [...of(spec.containers, true), ...of(spec.initContainers, false)]
}

/** The pods that take part in traffic; finished ones do not. */
export function podEnds(pods: readonly Item<'pods'>[], nodes: readonly Item<'nodes'>[] = []): (PodEnd | NodeEnd)[] {
  const addresses = new Map(nodes.map((n) => [n.metadata.name, nodeIps(n)]))
  return pods.filter((pod) => !isFinished(pod)).map((pod) => podEnd(pod, addresses))
}

function podEnd(pod: Item<'pods'>, addresses: ReadonlyMap<string, readonly string[]>): PodEnd | NodeEnd {
  const { name, namespace = 'default', labels } = pod.metadata
  const { nodeName: node, hostNetwork } = pod.spec
  const { podIP, podIPs = [], hostIP } = pod.status
  const on = node === undefined ? {} : { node }
  const named = namedPorts(pod.spec)
  if (hostNetwork === true) {
    const own = [hostIP, podIP].filter((ip) => ip !== undefined)
    return {
      kind: 'node',
      ...on,
      ips: [...new Set([...own, ...(addresses.get(node ?? '') ?? [])])],
      pod: { namespace, name, labels },
      named,
    }
  }
  const otherIps = podIPs.filter((ip) => ip !== podIP)
  return {
    kind: 'pod',
    namespace,
    name,
    labels,
    ...(podIP === undefined ? {} : { ip: podIP }),
    ...(otherIps.length === 0 ? {} : { otherIps }),
    ...on,
    named,
  }
}

export function nodeIps(node: Item<'nodes'>): string[] {
  return node.status.addresses.filter((a) => a.type === 'InternalIP' || a.type === 'ExternalIP').map((a) => a.address)
}

export function nodeEnd(node: Item<'nodes'>): NodeEnd {
  return { kind: 'node', node: node.metadata.name, ips: nodeIps(node), named: [] }
}

/** `namespace/name` of a pod, the name of a node, or an address. */
export function nameOf(end: Endpoint): string {
  if (end.kind === 'pod') return `${end.namespace}/${end.name}`
  if (end.kind === 'outside') return end.ip ?? 'outside'
  return end.pod === undefined ? `node ${end.node ?? end.ips[0] ?? ''}` : `${end.pod.namespace}/${end.pod.name}`
}

/** The same pod, or two that share a node's network on one node. */
export function isSame(a: Endpoint, b: Endpoint): boolean {
  if (a === b) return true
  if (a.kind === 'pod' && b.kind === 'pod') return a.namespace === b.namespace && a.name === b.name
  return a.kind === 'node' && b.kind === 'node'
}
