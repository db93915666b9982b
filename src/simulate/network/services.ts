import type { Item } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'
import { selects } from '../selectors.ts'
import { type Endpoint, type NodeEnd, nodeEnd, type PodEnd, type Port } from './endpoints.ts'
import type { NetworkModel } from './fromState.ts'

export type Service = Item<'services'>
export type ServicePort = Service['spec']['ports'][number]

/** One pod behind a Service, with the port that traffic arrives at there. */
export interface Target {
  readonly to: Endpoint
  readonly port: Port
}

export function protocolOf(text: string | undefined): Port['protocol'] {
  return text === 'UDP' || text === 'SCTP' ? text : 'TCP'
}

/** The labels of an end that is a pod. */
export function podOf(end: Endpoint): { readonly namespace: string; readonly name: string; readonly labels: PodEnd['labels'] } | undefined {
  return end.kind === 'pod' ? end : end.kind === 'node' ? end.pod : undefined
}

/** The ends of each namespace: thousands of Services are not to go through every pod of the cluster. */
const byNamespace = new WeakMap<NetworkModel, ReadonlyMap<string, readonly (PodEnd | NodeEnd)[]>>()

function endsIn(model: NetworkModel, namespace: string): readonly (PodEnd | NodeEnd)[] {
  const known = byNamespace.get(model) ?? Map.groupBy(model.ends, (end) => podOf(end)?.namespace ?? '')
  byNamespace.set(model, known)
  return known.get(namespace) ?? []
}

/** The pods that a Service selects. */
export function backends(model: NetworkModel, { metadata, spec }: Service): readonly (PodEnd | NodeEnd)[] {
  if (Object.keys(spec.selector).length === 0) return []
  const { namespace = 'default' } = metadata
  const selector = { matchLabels: spec.selector, matchExpressions: [] }
  return endsIn(model, namespace).filter((end) => selects(selector, podOf(end)?.labels ?? {}))
}

/** Where traffic to this port of the Service arrives; a pod without a port of the name that is meant gets none. */
export function targetsOf(model: NetworkModel, state: State, service: Service, port: ServicePort): readonly Target[] {
  const protocol = protocolOf(port.protocol)
  if (isApiServer(service)) return apiServerEnds(model, state).map((to) => ({ to, port: { port: apiPort(port), protocol } }))
  const wanted = service.spec.clusterIP === 'None' ? port.port : (port.targetPort ?? port.port)
  return backends(model, service).flatMap((to) => portsOf(to, wanted, protocol).map((p) => ({ to, port: p })))
}

/** A port by number, or by the name that this end gives it. */
export function portsOf(to: Endpoint, wanted: number | string, protocol: Port['protocol']): readonly Port[] {
  if (typeof wanted === 'number') return [{ port: wanted, protocol }]
  if (to.kind === 'outside') return []
  return to.named.filter((n) => n.name === wanted && n.protocol === protocol).map((n) => ({ port: n.port, protocol }))
}

export function isApiServer({ metadata, spec }: Service): boolean {
  return metadata.name === 'kubernetes' && metadata.namespace === 'default' && Object.keys(spec.selector).length === 0
}

function apiPort({ port, targetPort }: ServicePort): number {
  return typeof targetPort === 'number' ? targetPort : port === 443 ? 6443 : port
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** The API servers: their pods, else the nodes of the control plane, else somewhere that is not seen. */
export function apiServerEnds({ ends }: NetworkModel, state: State): readonly Endpoint[] {
  const pods = ends.filter((e) => podOf(e)?.namespace === 'kube-system' && podOf(e)?.labels.component === 'kube-apiserver')
  if (pods.length > 0) return pods
  const nodes = itemsOf(state, 'nodes').filter((n) => CONTROL_PLANE.some((label) => label in n.metadata.labels))
  return nodes.length > 0 ? nodes.map(nodeEnd) : [{ kind: 'node', ips: [], named: [] }]
}
