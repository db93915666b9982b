import { isIP } from 'node:net'
import { HardenError } from '#model/errors.ts'
import { itemsOf, type State } from '#model/state.ts'
import { podTemplates, topOwner } from '../workloads.ts'
import { type Endpoint, namedPorts, type Port } from './endpoints.ts'
import type { NetworkModel } from './fromState.ts'
import { podOf, portsOf, type Service, type ServicePort, type Target, targetsOf } from './services.ts'

const WORKLOADS: Readonly<Record<string, string>> = {
  deploy: 'Deployment',
  deployment: 'Deployment',
  deployments: 'Deployment',
  sts: 'StatefulSet',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  ds: 'DaemonSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  job: 'Job',
  jobs: 'Job',
  cj: 'CronJob',
  cronjob: 'CronJob',
  cronjobs: 'CronJob',
}
const PODS = new Set(['pod', 'pods', 'po'])
const SERVICES = new Set(['svc', 'service', 'services'])

interface Place {
  readonly namespace: string
  readonly kind?: string
  readonly name: string
}

/** `ns/name`, `kind/name` (in the namespace given), `ns/kind/name` or `name`. */
function placeOf(text: string, namespace: string): Place {
  const parts = text.split('/')
  const [a = '', b = '', c = ''] = parts
  const isKind = (word: string) => word in WORKLOADS || PODS.has(word) || SERVICES.has(word)
  if (parts.length > 3 || parts.some((p) => p === '')) throw wrong(`${text} is no pod, Service or address.`)
  if (parts.length === 1) return { namespace, name: a }
  if (parts.length === 2) return isKind(a) ? { namespace, kind: a, name: b } : { namespace: a, name: b }
  if (!isKind(b)) throw wrong(`${text}: ${b} is no kind that is known here.`)
  return { namespace: a, kind: b, name: c }
}

function wrong(message: string): HardenError {
  return new HardenError('input', message, 'Give namespace/pod, namespace/service, deploy/NAME with -n NAMESPACE, or an IP address.')
}

/** Where a connection begins: pods, or an address. Throws where nothing is meant. */
export function sources(model: NetworkModel, state: State, text: string, namespace: string): readonly Endpoint[] {
  if (isIP(text) !== 0) return [byAddress(model, text)]
  const place = placeOf(text, namespace)
  if (place.kind !== undefined && SERVICES.has(place.kind)) throw wrong(`${text}: a connection begins at a pod, not at a Service.`)
  const found = podsAt(model, state, place)
  if (found.length > 0) return found
  throw notFound(text, place)
}

/** Where a connection ends and at which port: pods, the pods of a Service, or an address. */
export function destinations(model: NetworkModel, state: State, text: string, namespace: string): readonly Target[] {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):([^:/]+)(?:\/(\w+))?$/.exec(text)
  if (match === null) throw wrong(`${text}: a destination is written as namespace/name:PORT/PROTOCOL.`)
  const [, v6, plain = '', portText = '', protocolText] = match
  const protocol = protocolText === undefined ? undefined : readProtocol(protocolText)
  const port = readPort(portText)
  const host = v6 ?? plain
  if (isIP(host) !== 0) return addressTargets(model, state, host, port, protocol)
  const place = placeOf(host, namespace)
  const pods = place.kind !== undefined && SERVICES.has(place.kind) ? [] : podsAt(model, state, place)
  const service = place.kind === undefined || SERVICES.has(place.kind) ? serviceAt(state, place) : undefined
  // Where a pod is called like its Service, the port tells which of them is meant; a pod may listen where it does not say so.
  const isService = service?.spec.ports.some((p) => hasPort(p, port, protocol)) === true && !declares(state, place, port, protocol)
  if (pods.length > 0 && !isService) return podTargets(pods, port, protocol ?? 'TCP', text)
  if (service === undefined) throw notFound(host, place)
  return serviceTargets(model, state, service, port, protocol)
}

function podsAt(model: NetworkModel, state: State, { namespace, kind, name }: Place): readonly Endpoint[] {
  const wanted = kind === undefined ? undefined : WORKLOADS[kind]
  if (wanted === undefined) {
    return model.ends.filter((end) => podOf(end)?.namespace === namespace && podOf(end)?.name === name)
  }
  const jobs = new Map(itemsOf(state, 'jobs').map((job) => [`${job.metadata.namespace}/${job.metadata.name}`, job]))
  const names = itemsOf(state, 'pods')
    .filter((pod) => {
      const owner = topOwner(pod, jobs)
      return owner.kind === wanted && owner.name === name && pod.metadata.namespace === namespace
    })
    .map((pod) => pod.metadata.name)
  const running = model.ends.filter((end) => podOf(end)?.namespace === namespace && names.includes(podOf(end)?.name ?? ''))
  return running.length > 0 ? running : templateAt(state, { namespace, kind: wanted, name })
}

/** A workload without pods: what its pods would be. */
function templateAt(state: State, { namespace, kind, name }: Place): readonly Endpoint[] {
  const lists = {
    deployments: itemsOf(state, 'deployments'),
    statefulSets: itemsOf(state, 'statefulSets'),
    daemonSets: itemsOf(state, 'daemonSets'),
    cronJobs: itemsOf(state, 'cronJobs'),
    jobs: itemsOf(state, 'jobs'),
  }
  const template = podTemplates(lists).find((t) => t.namespace === namespace && t.ref.kind === kind && t.ref.name === name)
  if (template === undefined) return []
  const named = namedPorts(template.spec)
  const pod = { namespace, name: `${kind?.toLowerCase()}/${name}`, labels: template.labels }
  return [template.spec.hostNetwork === true ? { kind: 'node', ips: [], pod, named } : { kind: 'pod', ...pod, named }]
}

function byAddress(model: NetworkModel, ip: string): Endpoint {
  const pod = model.ends.find((end) => end.kind === 'pod' && (end.ip === ip || end.otherIps?.includes(ip) === true))
  return pod ?? model.nodes.find((node) => node.ips.includes(ip)) ?? { kind: 'outside', ip }
}

function addressTargets(
  model: NetworkModel,
  state: State,
  ip: string,
  port: number | string,
  protocol: Port['protocol'] | undefined,
): readonly Target[] {
  const service = itemsOf(state, 'services').find((s) => s.spec.clusterIP === ip)
  if (service !== undefined) return serviceTargets(model, state, service, port, protocol)
  return podTargets([byAddress(model, ip)], port, protocol ?? 'TCP', ip)
}

function podTargets(ends: readonly Endpoint[], port: number | string, protocol: Port['protocol'], text: string): readonly Target[] {
  const targets = ends.flatMap((to) => portsOf(to, port, protocol).map((p) => ({ to, port: p })))
  if (targets.length > 0) return targets
  throw wrong(`${text}: no container names a port ${port}/${protocol}.`)
}

function serviceAt(state: State, { namespace, name }: Place): Service | undefined {
  return itemsOf(state, 'services').find((s) => s.metadata.namespace === namespace && s.metadata.name === name)
}

function serviceTargets(
  model: NetworkModel,
  state: State,
  service: Service,
  port: number | string,
  protocol: Port['protocol'] | undefined,
): readonly Target[] {
  const { namespace, name } = service.metadata
  const found = service.spec.ports.find((p) => hasPort(p, port, protocol))
  const known = service.spec.ports.map((p) => `${p.port}/${p.protocol ?? 'TCP'}`).join(', ')
  if (found === undefined) throw wrong(`Service ${namespace}/${name} has no port ${port}; it has ${known === '' ? 'none' : known}.`)
  const targets = targetsOf(model, state, service, found)
  if (targets.length > 0) return targets
  throw new HardenError(
    'input',
    `Service ${namespace}/${name} leads to no pod that is known.`,
    'Its selector fits no running pod, or its endpoints are set by hand. Name the pod or the address instead.',
  )
}

function hasPort(p: ServicePort, port: number | string, protocol: Port['protocol'] | undefined): boolean {
  return (p.port === port || p.name === port) && (protocol === undefined || (p.protocol ?? 'TCP') === protocol)
}

function declares(state: State, { namespace, name }: Place, port: number | string, protocol: Port['protocol'] = 'TCP'): boolean {
  const pod = itemsOf(state, 'pods').find((p) => p.metadata.namespace === namespace && p.metadata.name === name)
  const ports = pod?.spec.containers.flatMap((c) => c.ports) ?? []
  return ports.some((p) => (p.containerPort === port || p.name === port) && (p.protocol ?? 'TCP') === protocol)
}

function readPort(text: string): number | string {
  if (!/^\d+$/.test(text)) return text
  const port = Number(text)
  if (port >= 1 && port <= 65_535) return port
  throw wrong(`${text} is no port: ports are 1 to 65535.`)
}

/** `tcp`, `UDP`, `SCTP`. */
export function readProtocol(text: string): Port['protocol'] {
  const upper = text.toUpperCase()
  if (upper === 'TCP' || upper === 'UDP' || upper === 'SCTP') return upper
  throw new HardenError('input', `${text} is no protocol of policies.`, 'Known are TCP, UDP and SCTP.')
}

function notFound(text: string, { namespace, name }: Place): HardenError {
  return new HardenError(
    'input',
    `There is no running pod and no Service ${namespace}/${name}.`,
    `Look at kubectl -n ${namespace} get pods,services; a workload is named as deploy/NAME. Asked for: ${text}.`,
  )
}
