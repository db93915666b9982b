import type { Item } from '#model/kinds.ts'
import { type ObjectRef, refKey } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { type Labels, selects } from '../selectors.ts'
import { refTo } from '../workloadsRefs.ts'
import { type Endpoint, nameOf } from './endpoints.ts'
import type { Flow } from './flows.ts'
import type { NetworkModel } from './fromState.ts'
import { backends, podOf, portsOf, type Target, targetsOf } from './services.ts'

/** What Prometheus asks: pods and Services with its annotations, ServiceMonitors, PodMonitors. Only where its pods are known. */
export function scrapeFlows(model: NetworkModel, state: State): Flow[] {
  const prometheus = model.ends.filter(isPrometheus)
  if (prometheus.length === 0) return []
  const asked = [
    ...annotatedPods(model, state),
    ...annotatedServices(model, state),
    ...monitoredServices(model, state),
    ...monitoredPods(model, state),
  ]
  const once = new Map(asked.map((one) => [`${refKey(one.because)} ${nameOf(one.target.to)} ${one.target.port.port}`, one]))
  return [...once.values()].flatMap(({ because, target }) =>
    prometheus
      .filter((from) => from !== target.to)
      .map(
        (from): Flow => ({
          reason: 'scrape',
          from: nameOf(from),
          to: nameOf(target.to),
          pairs: () => [{ from, ...target }],
          needs: 'all',
          because,
        }),
      ),
  )
}

interface Asked {
  readonly because: ObjectRef
  readonly target: Target
}

function isPrometheus(end: Endpoint): boolean {
  const labels = podOf(end)?.labels ?? {}
  return labels['app.kubernetes.io/name'] === 'prometheus' || labels.app === 'prometheus'
}

/** `prometheus.io/port`, and whether `prometheus.io/scrape` asks for it at all. */
function annotated(annotations: Readonly<Record<string, string>>): { readonly port: number | undefined } | undefined {
  if (annotations['prometheus.io/scrape'] !== 'true') return undefined
  const port = Number(annotations['prometheus.io/port'])
  return { port: Number.isInteger(port) && port > 0 ? port : undefined }
}

function annotatedPods(model: NetworkModel, state: State): Asked[] {
  const ends = new Map(model.ends.map((end) => [nameOf(end), end]))
  return itemsOf(state, 'pods').flatMap((pod) => {
    const wanted = annotated(pod.metadata.annotations)
    const to = ends.get(`${pod.metadata.namespace}/${pod.metadata.name}`)
    if (wanted === undefined || to === undefined) return []
    const ports = wanted.port === undefined ? pod.spec.containers.flatMap((c) => c.ports.map((p) => p.containerPort)) : [wanted.port]
    return ports.map((port) => ({ because: refTo('pods', pod), target: { to, port: { port, protocol: 'TCP' as const } } }))
  })
}

function annotatedServices(model: NetworkModel, state: State): Asked[] {
  return itemsOf(state, 'services').flatMap((service) => {
    const wanted = annotated(service.metadata.annotations)
    if (wanted === undefined) return []
    const targets: readonly Target[] =
      wanted.port === undefined
        ? service.spec.ports.flatMap((p) => targetsOf(model, state, service, p))
        : backends(model, service).map((to) => ({ to, port: { port: wanted.port ?? 0, protocol: 'TCP' as const } }))
    return targets.map((target) => ({ because: refTo('services', service), target }))
  })
}

type Monitor = Item<'serviceMonitors'>

function means({ metadata, spec }: Monitor, namespace: string | undefined, labels: Labels): boolean {
  const { any, matchNames } = spec.namespaceSelector ?? {}
  if (any !== true && !(matchNames ?? [metadata.namespace]).includes(namespace ?? 'default')) return false
  const { matchLabels = {}, matchExpressions = [] } = spec.selector
  return selects({ matchLabels, matchExpressions: matchExpressions.map((e) => ({ ...e, values: e.values ?? [] })) }, labels)
}

function monitoredServices(model: NetworkModel, state: State): Asked[] {
  return itemsOf(state, 'serviceMonitors').flatMap((monitor) =>
    itemsOf(state, 'services')
      .filter((s) => means(monitor, s.metadata.namespace, s.metadata.labels))
      .flatMap((service) =>
        (monitor.spec.endpoints ?? []).flatMap(({ port, targetPort }) => {
          const found =
            port === undefined
              ? backends(model, service).flatMap((to) => portsOf(to, targetPort ?? 0, 'TCP').map((p) => ({ to, port: p })))
              : service.spec.ports.filter((p) => p.name === port).flatMap((p) => targetsOf(model, state, service, p))
          return found.map((target) => ({ because: refTo('serviceMonitors', monitor), target }))
        }),
      ),
  )
}

function monitoredPods(model: NetworkModel, state: State): Asked[] {
  return itemsOf(state, 'podMonitors').flatMap((monitor) =>
    model.ends
      .filter((end) => means(monitor, podOf(end)?.namespace, podOf(end)?.labels ?? {}))
      .flatMap((to) =>
        (monitor.spec.podMetricsEndpoints ?? []).flatMap(({ port, targetPort }) =>
          portsOf(to, port ?? targetPort ?? 0, 'TCP').map((p) => ({ because: refTo('podMonitors', monitor), target: { to, port: p } })),
        ),
      ),
  )
}
