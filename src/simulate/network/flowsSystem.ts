import type { Kind } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'
import { containersOf } from '../workloads.ts'
import { refTo } from '../workloadsRefs.ts'
import { type Endpoint, type NodeEnd, nameOf, type PodEnd } from './endpoints.ts'
import { cross, type Flow, type Pair } from './flows.ts'
import type { NetworkModel } from './fromState.ts'
import { apiServerEnds, isApiServer, portsOf, type Service, targetsOf } from './services.ts'

const DNS_SERVICES: ReadonlySet<string> = new Set([
  'kube-system/kube-dns',
  'kube-system/coredns',
  'kube-system/rke2-coredns-rke2-coredns',
  'openshift-dns/dns-default',
])

/** What the cluster itself needs: names, the API, admission webhooks, probes. */
export function systemFlows(model: NetworkModel, state: State): Flow[] {
  return [...dnsFlows(model, state), ...apiFlows(model, state), ...webhookFlows(model, state), ...probeFlows(model, state)]
}

type PodItem = ReturnType<typeof itemsOf<'pods'>>[number]

/** Each pod with its end; those on a node's network only where `hosts`. */
function podsOf(model: NetworkModel, state: State, hosts = false): { readonly item: PodItem; readonly end: PodEnd | NodeEnd }[] {
  const ends = new Map(model.ends.map((end) => [nameOf(end), end]))
  return itemsOf(state, 'pods').flatMap((item) => {
    const end = ends.get(`${item.metadata.namespace}/${item.metadata.name}`)
    return end === undefined || (end.kind === 'node' && !hosts) ? [] : [{ item, end }]
  })
}

/** Names are looked up over UDP and TCP both. */
function dnsFlows(model: NetworkModel, state: State): Flow[] {
  const services = itemsOf(state, 'services').filter((s) => DNS_SERVICES.has(`${s.metadata.namespace}/${s.metadata.name}`))
  return services.flatMap((service) =>
    service.spec.ports
      .filter((p) => p.port === 53)
      .flatMap((port) => {
        const targets = targetsOf(model, state, service, port)
        if (targets.length === 0) return []
        return podsOf(model, state)
          .filter(({ item }) => item.spec.dnsPolicy !== 'Default' && item.spec.dnsPolicy !== 'None')
          .filter(({ end }) => !targets.some((t) => t.to === end))
          .map(({ end }) => flowTo('dns', end, service, port.port, port.protocol ?? 'TCP', targets))
      }),
  )
}

function flowTo(
  reason: Flow['reason'],
  from: Endpoint,
  service: Service,
  port: number,
  protocol: string,
  targets: readonly { readonly to: Endpoint; readonly port: Pair['port'] }[],
): Flow {
  const to = `Service ${service.metadata.namespace}/${service.metadata.name}:${port}/${protocol}`
  return { reason, from: nameOf(from), to, pairs: () => cross([from], targets), needs: 'all', because: refTo('services', service) }
}

/** Service accounts that hold rights: their pods are meant to talk to the API. */
export function accountsWithRights(state: State): ReadonlySet<string> {
  return new Set(
    [...itemsOf(state, 'roleBindings'), ...itemsOf(state, 'clusterRoleBindings')].flatMap((b) =>
      b.subjects.flatMap((s) => (s.kind === 'ServiceAccount' ? [`${s.namespace ?? b.metadata.namespace}/${s.name}`] : [])),
    ),
  )
}

function apiFlows(model: NetworkModel, state: State): Flow[] {
  const service = itemsOf(state, 'services').find(isApiServer)
  if (service === undefined) return []
  const bound = accountsWithRights(state)
  return podsOf(model, state)
    .filter(({ item: { metadata, spec } }) => bound.has(`${metadata.namespace}/${spec.serviceAccountName ?? 'default'}`))
    .filter(({ item }) => item.spec.automountServiceAccountToken !== false)
    .flatMap(({ end }) =>
      service.spec.ports.map((p) => flowTo('api', end, service, p.port, p.protocol ?? 'TCP', targetsOf(model, state, service, p))),
    )
}

const WEBHOOKS = ['validatingWebhooks', 'mutatingWebhooks'] as const satisfies readonly Kind[]

/** Where the API server cannot reach an admission webhook, what it guards can no longer be created. */
function webhookFlows(model: NetworkModel, state: State): Flow[] {
  const api = apiServerEnds(model, state)
  return WEBHOOKS.flatMap((kind) =>
    itemsOf(state, kind).flatMap((configuration) =>
      configuration.webhooks.flatMap((webhook): Flow[] => {
        const asked = webhook.clientConfig.service
        const service = itemsOf(state, 'services').find((s) => s.metadata.name === asked?.name && s.metadata.namespace === asked?.namespace)
        const port = service?.spec.ports.find((p) => p.port === (asked?.port ?? 443))
        const targets = service === undefined || port === undefined ? [] : targetsOf(model, state, service, port)
        if (service === undefined || port === undefined || targets.length === 0) return []
        const pairs = () => cross(api, targets)
        const to = `Service ${service.metadata.namespace}/${service.metadata.name}:${port.port}/TCP`
        return [{ reason: 'webhook', from: 'API server', to, pairs, needs: 'all', because: refTo(kind, configuration) }]
      }),
    ),
  )
}

/** The kubelet asks its own pods, which no NetworkPolicy can forbid. */
function probeFlows(model: NetworkModel, state: State): Flow[] {
  return podsOf(model, state).flatMap(({ item, end }) => {
    const ports = containersOf(item.spec).flatMap(({ container: c }) =>
      [c.livenessProbe, c.readinessProbe, c.startupProbe].flatMap(
        (probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port ?? [],
      ),
    )
    const to = { ...end, node: end.node ?? 'its node' }
    const from: NodeEnd = { kind: 'node', node: to.node, ips: [], named: [] }
    return [...new Set(ports)].flatMap((port) =>
      portsOf(to, typeof port === 'string' && /^\d+$/.test(port) ? Number(port) : port, 'TCP').map(
        (p): Flow => ({
          reason: 'probe',
          from: 'kubelet',
          to: nameOf(end),
          pairs: () => [{ from, to, port: p }],
          needs: 'all',
          because: refTo('pods', item),
        }),
      ),
    )
  })
}
