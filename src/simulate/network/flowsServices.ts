import { itemsOf, type State } from '#model/state.ts'
import { refTo } from '../workloadsRefs.ts'
import type { Endpoint } from './endpoints.ts'
import { cross, type Distinct, type Flow } from './flows.ts'
import type { NetworkModel } from './fromState.ts'
import { podOf, type Service, type ServicePort, type Target, targetsOf } from './services.ts'

const OUTSIDE: Endpoint = { kind: 'outside' }
/** Labels by which the pods of ingress controllers and gateways are known. */
const CONTROLLERS =
  /^(?:ingress-nginx|nginx-ingress|traefik|haproxy-ingress|kubernetes-ingress|contour|envoy|kong|istio-ingressgateway|ambassador|emissary-ingress|apisix|cilium-envoy)$/

/** The flows that Services and Ingresses stand for. */
export function serviceFlows(model: NetworkModel, state: State, distinct: Distinct): Flow[] {
  const everybody = distinct(model.ends.filter((end) => end.kind === 'pod'))
  const controllers = distinct(model.ends.filter(isController))
  return itemsOf(state, 'services').flatMap((service) => {
    if (Object.keys(service.spec.selector).length === 0) return []
    return service.spec.ports.flatMap((port): Flow[] => {
      const targets = targetsOf(model, state, service, port)
      if (targets.length === 0) return []
      const one = onePerKind(targets, distinct)
      return [
        ...reached(service, port, one, everybody),
        ...published(service, port, one),
        ...fromIngresses(state, service, port, one, controllers),
      ]
    })
  })
}

function onePerKind(targets: readonly Target[], distinct: Distinct): readonly Target[] {
  const ends = new Set(distinct(targets.map((t) => t.to)))
  return targets.filter((t) => ends.has(t.to))
}

function labelOf({ metadata }: Service, { port, protocol = 'TCP' }: ServicePort): string {
  return `Service ${metadata.namespace}/${metadata.name}:${port}/${protocol}`
}

/** Nobody says who uses a Service; that somebody other than itself still reaches it is the least. Its own namespace is asked first. */
function reached(service: Service, port: ServicePort, targets: readonly Target[], everybody: readonly Endpoint[]): Flow[] {
  const own = new Set(targets.map((t) => t.to))
  const { namespace } = service.metadata
  const near = (end: Endpoint) => podOf(end)?.namespace === namespace
  const others = everybody.filter((end) => !own.has(end))
  const sources = [...others.filter(near), ...others.filter((end) => !near(end))]
  if (sources.length === 0) return []
  return [
    {
      reason: 'service',
      from: 'any pod',
      to: labelOf(service, port),
      pairs: () => cross(sources, targets),
      needs: 'any',
      because: refTo('services', service),
    },
  ]
}

/**
 * NodePorts and load balancers: whoever is outside. Unless externalTrafficPolicy is Local, the node may put its own address in
 * place of theirs, and a pod lets in its own node: then what is denied is not sure.
 */
function published(service: Service, port: ServicePort, targets: readonly Target[]): Flow[] {
  const { type, externalTrafficPolicy } = service.spec
  if (type !== 'NodePort' && type !== 'LoadBalancer') return []
  const local = externalTrafficPolicy === 'Local'
  const through: Endpoint = { kind: 'node', ips: [], named: [] }
  return [
    {
      reason: 'published',
      from: 'outside of the cluster',
      to: labelOf(service, port),
      pairs: () => cross([local ? OUTSIDE : through], targets),
      needs: 'all',
      because: refTo('services', service),
    },
  ]
}

function isController(end: Endpoint): boolean {
  const labels = podOf(end)?.labels ?? {}
  return [labels['app.kubernetes.io/name'], labels.app, labels['k8s-app']].some((value) => value !== undefined && CONTROLLERS.test(value))
}

/** From the pods of ingress controllers, where any is known by its labels, to what Ingresses name. */
function fromIngresses(
  state: State,
  service: Service,
  port: ServicePort,
  targets: readonly Target[],
  controllers: readonly Endpoint[],
): Flow[] {
  if (controllers.length === 0) return []
  const { namespace, name } = service.metadata
  return itemsOf(state, 'ingresses')
    .filter((ingress) => ingress.metadata.namespace === namespace)
    .filter((ingress) =>
      ingress.spec.rules.some((rule) =>
        rule.http?.paths.some(({ backend }) => {
          const asked = backend.service?.port
          return (
            backend.service?.name === name &&
            (asked === undefined || asked.number === port.port || (asked.name !== undefined && asked.name === port.name))
          )
        }),
      ),
    )
    .map((ingress) => ({
      reason: 'ingress',
      from: 'ingress controller',
      to: labelOf(service, port),
      pairs: () => cross(controllers, targets),
      needs: 'all',
      because: refTo('ingresses', ingress),
    }))
}
