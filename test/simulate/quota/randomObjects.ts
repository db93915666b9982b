import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { type Amounts, amount, of, ordered, rare } from './randomAmounts.ts'

/** A request and a limit, the one not above the other; of each also none. */
const needsOfName = (name: string) =>
  fc.tuple(amount(name), amount(name), of('both', 'both', 'request', 'limit', 'none')).map(([a, b, which]) => {
    const [request = a, limit = b] = ordered([a, b])
    if (which === 'none') return {}
    return { ...(which === 'limit' ? {} : { request }), ...(which === 'request' ? {} : { limit }) }
  })

const SAME: readonly Amounts[] = [
  { 'nvidia.com/gpu': '1' },
  { 'nvidia.com/gpu': '2' },
  { 'hugepages-2Mi': '4Mi' },
  { 'example.com/a': '3' },
]

const needs = fc
  .record({
    cpu: needsOfName('cpu'),
    memory: needsOfName('memory'),
    disk: rare(needsOfName('ephemeral-storage'), 3),
    same: rare(of(...SAME), 6),
    same2: fc.boolean(),
  })
  .map(({ cpu, memory, disk = {}, same = {}, same2 }) => {
    const parts: readonly (readonly [string, { request?: string; limit?: string }])[] = [
      ['cpu', cpu],
      ['memory', memory],
      ['ephemeral-storage', disk],
    ]
    const pick = (what: 'request' | 'limit') =>
      Object.fromEntries(parts.flatMap(([name, v]) => (v[what] === undefined ? [] : [[name, v[what]]])))
    // Huge pages are only for those that take processor or memory as well.
    const allowed = 'hugepages-2Mi' in same && Object.keys({ ...cpu, ...memory }).length === 0 ? {} : same
    return { requests: { ...pick('request'), ...(same2 ? allowed : {}) }, limits: { ...pick('limit'), ...allowed } }
  })

const container = (name: string) => needs.map((resources) => ({ name, image: 'x', resources }))
const initContainer = (name: string) =>
  fc.tuple(container(name), fc.boolean()).map(([c, sidecar]) => (sidecar ? { ...c, restartPolicy: 'Always' } : c))

const wholePod = fc.record({ cpu: needsOfName('cpu'), memory: needsOfName('memory'), empty: fc.nat(9) }).map(({ cpu, memory, empty }) => {
  if (empty === 0) return {}
  const pick = (what: 'request' | 'limit') =>
    Object.fromEntries(Object.entries({ cpu, memory }).flatMap(([name, v]) => (v[what] === undefined ? [] : [[name, v[what]]])))
  return { requests: pick('request'), limits: pick('limit') }
})

export const CLASSES = ['high', 'low'] as const
/** The overhead of pods of the RuntimeClass `heavy`. */
export const OVERHEAD = { cpu: '30m', memory: '10Mi' } as const
const elsewhere = of(
  { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', namespaces: ['other'] }] } },
  {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'z', namespaceSelector: {} } }],
    },
  },
  { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', labelSelector: {} }] } },
)

/** The `spec` of a pod; with a whole-pod request it may be invalid. */
export const podSpec = fc
  .record({
    app: container('app'),
    more: rare(container('more'), 1),
    init: rare(initContainer('init'), 1),
    init2: rare(initContainer('init2'), 2),
    resources: rare(wholePod, 6),
    deadline: rare(of(1, 60)),
    priorityClassName: rare(of(...CLASSES), 2),
    heavy: rare(fc.constant(true), 5),
    affinity: rare(elsewhere, 5),
  })
  .map(({ app, more, init, init2, resources, deadline, priorityClassName, heavy, affinity }) => ({
    containers: [app, ...(more === undefined ? [] : [more])],
    initContainers: [init, init2].filter((c) => c !== undefined),
    ...(resources === undefined ? {} : { resources }),
    ...(deadline === undefined ? {} : { activeDeadlineSeconds: deadline }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(heavy === undefined ? {} : { runtimeClassName: 'heavy', overhead: OVERHEAD }),
    ...(affinity === undefined ? {} : { affinity }),
  }))
  // What is finer than a thousandth the API server rounds after it has added up the whole: such a pod it then calls invalid.
  .map((spec) => ('resources' in spec ? (JSON.parse(JSON.stringify(spec).replaceAll('0.0001Ki', '200m')) as typeof spec) : spec))

const object = (apiVersion: string, kind: string, rest: object) =>
  ({ apiVersion, kind, metadata: { name: 'x' }, ...rest }) as unknown as KubeObject

export const randomPod = podSpec.map((spec) => object('v1', 'Pod', { spec }))
export const randomClaim = fc
  .record({ storage: of('500Mi', '1Gi', '1.0000001Gi', '1G', '3Gi', '1000000000500m'), storageClassName: of('gold', 'lead', '') })
  .map(({ storage, storageClassName }) =>
    object('v1', 'PersistentVolumeClaim', {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } },
    }),
  )
export const randomService = fc
  .record({ type: of('ClusterIP', 'NodePort', 'LoadBalancer'), ports: fc.integer({ min: 1, max: 3 }), allocate: rare(fc.boolean(), 1) })
  .map(({ type, ports, allocate }) =>
    object('v1', 'Service', {
      spec: {
        type,
        ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: 80 + i })),
        ...(type === 'LoadBalancer' && allocate !== undefined ? { allocateLoadBalancerNodePorts: allocate } : {}),
      },
    }),
  )
const randomOther = of(object('v1', 'ConfigMap', { data: {} }), object('v1', 'Secret', { data: {} }))
export const randomObject = fc.oneof(
  { weight: 8, arbitrary: randomPod },
  { weight: 1, arbitrary: randomClaim },
  { weight: 1, arbitrary: randomService },
  { weight: 1, arbitrary: randomOther },
)
