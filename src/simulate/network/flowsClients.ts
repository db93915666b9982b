import { itemsOf, type State } from '#model/state.ts'
import { refTo } from '../workloadsRefs.ts'
import { nameOf } from './endpoints.ts'
import { cross, type Flow } from './flows.ts'
import type { NetworkModel } from './fromState.ts'
import { podOf, type Service, targetsOf } from './services.ts'

/** `name`, `name.ns`, `name.ns.svc…`, with its port where one follows. */
const HOST = /(?<![\w.-])([a-z][a-z0-9-]*)(?:\.([a-z0-9-]+)(?:\.svc(?:\.[a-z0-9.-]+)?)?)?(?::(\d{1,5}))?(?![\w-])/g

/** Pods that name a Service in their command or arguments: of another namespace by `name.ns`, of their own with its port. */
export function clientFlows(model: NetworkModel, state: State): Flow[] {
  const services = new Map(itemsOf(state, 'services').map((s) => [`${s.metadata.namespace}/${s.metadata.name}`, s]))
  const ends = new Map(model.ends.map((end) => [nameOf(end), end]))
  return itemsOf(state, 'pods').flatMap((pod) => {
    const { namespace = 'default', name } = pod.metadata
    const from = ends.get(`${namespace}/${name}`)
    if (from === undefined || podOf(from) === undefined) return []
    const flows = new Map<string, Flow>()
    const words = pod.spec.containers.flatMap((c) => [...c.command, ...c.args])
    for (const word of words)
      for (const [, host = '', other, port] of word.matchAll(HOST)) {
        const service = services.get(`${other ?? namespace}/${host}`)
        if (service === undefined || (other === undefined && port === undefined)) continue
        for (const { targets, ...flow } of flowsTo(model, state, service, port))
          flows.set(flow.to, { ...flow, from: nameOf(from), pairs: () => cross([from], targets) })
      }
    return [...flows.values()]
  })
}

function flowsTo(model: NetworkModel, state: State, service: Service, port: string | undefined) {
  return service.spec.ports
    .filter((p) => port === undefined || p.port === Number(port))
    .flatMap((p) => {
      const targets = targetsOf(model, state, service, p)
      if (targets.length === 0) return []
      return [
        {
          reason: 'client' as const,
          to: `Service ${service.metadata.namespace}/${service.metadata.name}:${p.port}/${p.protocol ?? 'TCP'}`,
          targets,
          needs: 'all' as const,
          because: refTo('services', service),
        },
      ]
    })
}
