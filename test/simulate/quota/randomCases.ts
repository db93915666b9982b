import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { compare, quantityOf } from '../../../src/simulate/quantity.ts'

/*
 * Random LimitRanges, ResourceQuotas and objects on their borders: few, near amounts, so that both answers are frequent. All
 * objects are valid to the API server before LimitRanges fill in their defaults.
 */

type Amounts = Readonly<Record<string, string>>
export interface Case {
  readonly ranges: readonly KubeObject[]
  readonly quotas: readonly KubeObject[]
  /** Created one after the other. */
  readonly objects: readonly KubeObject[]
}

const of = <T>(...values: T[]) => fc.constantFrom(...values)
const rare = <T>(arbitrary: fc.Arbitrary<T>, absent = 4) =>
  fc.oneof({ weight: absent, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  cpu: ['0', '1m', '50m', '0.1', '100m', '250m', '.5', '1', '1500m', '2.0', '3'],
  memory: ['0', '64Mi', '100M', '128974848', '0.125Gi', '256Mi', '1e9', '1Gi', '1536Mi', '0.0001Ki', '2G'],
  'ephemeral-storage': ['1Gi', '1G', '1.5Gi', '4Gi'],
}
const amount = (name: string) => of(...(AMOUNTS[name] ?? []))
const ordered = (values: readonly string[]) => [...values].sort((a, b) => compare(quantityOf(a, ''), quantityOf(b, '')))

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

type Bounds = Readonly<Record<string, Amounts>>
const FIELDS = ['min', 'defaultRequest', 'default', 'max'] as const

/** Bounds of one resource: a few of four amounts in their order, and sometimes a ratio. */
const boundsOf = (name: string, fields: readonly string[]) =>
  fc
    .record({
      values: fc.array(amount(name), { minLength: 4, maxLength: 4 }),
      which: fc.subarray([...fields], { minLength: 1 }),
      ratio: rare(of('1', '2', '2500m', '10'), 5),
    })
    .map(({ values, which, ratio }): Bounds => {
      const sorted = ordered(values)
      const set = which.map((field) => [field, { [name]: sorted[FIELDS.indexOf(field as 'min')] ?? '' }])
      return { ...Object.fromEntries(set), ...(ratio === undefined ? {} : { maxLimitRequestRatio: { [name]: ratio } }) }
    })

function joined(parts: readonly Bounds[]): Bounds {
  const result: Record<string, Amounts> = {}
  for (const part of parts) for (const [field, amounts] of Object.entries(part)) result[field] = { ...result[field], ...amounts }
  return result
}

const limit = (type: string, fields: readonly string[]) =>
  fc
    .tuple(
      fc
        .subarray(['cpu', 'memory', 'ephemeral-storage'], { minLength: 1, maxLength: 2 })
        .chain((names) => fc.tuple(...names.map((n) => boundsOf(n, fields)))),
    )
    .map(([parts]) => ({ type, ...joined(parts as Bounds[]) }))
const claimLimit = of({ min: { storage: '1Gi' } }, { max: { storage: '2Gi' } }, { min: { storage: '600Mi' }, max: { storage: '1G' } }).map(
  (l) => ({
    type: 'PersistentVolumeClaim',
    ...l,
  }),
)

const range = (name: string, limits: readonly object[]) =>
  ({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name }, spec: { limits } }) as unknown as KubeObject

/** Only one has defaults: which of several comes first is not said. */
const randomRanges = fc
  .tuple(rare(limit('Container', FIELDS), 1), rare(limit('Pod', ['min', 'max']), 4), rare(claimLimit, 1), fc.boolean())
  .map(([ofContainers, ofPods, ofClaims, apart]): readonly KubeObject[] => {
    const first = [ofContainers].filter((l) => l !== undefined)
    const second = [ofPods, ofClaims].filter((l) => l !== undefined)
    const ranges = apart ? [first, second] : [[...first, ...second]]
    return ranges.filter((limits) => limits.length > 0).map((limits, i) => range(`range${i}`, limits))
  })

const COMPUTE: Readonly<Record<string, readonly string[]>> = {
  cpu: ['500m', '1', '2', '4', '6'],
  'requests.cpu': ['500m', '1', '2', '4', '6'],
  'limits.cpu': ['1', '2', '4', '8'],
  memory: ['256Mi', '1Gi', '2G', '4Gi', '6Gi'],
  'requests.memory': ['256Mi', '1Gi', '2G', '4Gi'],
  'limits.memory': ['512Mi', '1Gi', '3e9', '6Gi'],
}
const PODS: Readonly<Record<string, readonly string[]>> = { pods: ['0', '1', '2', '3', '4'], 'count/pods': ['0', '1', '2', '3', '4'] }
const REST: Readonly<Record<string, readonly string[]>> = {
  'ephemeral-storage': ['1Gi', '6Gi'],
  'requests.ephemeral-storage': ['1Gi', '6Gi'],
  'limits.ephemeral-storage': ['1Gi', '6Gi'],
  'requests.nvidia.com/gpu': ['0', '1', '3'],
  'requests.example.com/a': ['4'],
  'hugepages-2Mi': ['4Mi'],
  'requests.hugepages-2Mi': ['6Mi'],
  services: ['0', '1', '2'],
  'services.loadbalancers': ['0', '1'],
  'services.nodeports': ['0', '2', '3'],
  persistentvolumeclaims: ['0', '1', '2'],
  'count/persistentvolumeclaims': ['1'],
  'requests.storage': ['1Gi', '2Gi', '3G'],
  'gold.storageclass.storage.k8s.io/requests.storage': ['1Gi', '2Gi'],
  'gold.storageclass.storage.k8s.io/persistentvolumeclaims': ['0', '1'],
  configmaps: ['0', '1'],
  'count/configmaps': ['1'],
  secrets: ['0', '1'],
  'count/services': ['1'],
}

const hard = (names: Readonly<Record<string, readonly string[]>>, most: number) =>
  fc
    .subarray(Object.keys(names), { minLength: 1, maxLength: most })
    .chain((chosen) => fc.tuple(...chosen.map((name) => of(...(names[name] ?? [])).map((q) => [name, q] as const))))
    .map((entries) => Object.fromEntries(entries as readonly (readonly [string, string])[]))

const exists = (scopeName: string) => ({ scopeSelector: { matchExpressions: [{ scopeName, operator: 'Exists' }] } })
const byClass = of(
  { operator: 'In', values: ['high'] },
  { operator: 'NotIn', values: ['high'] },
  { operator: 'Exists' },
  { operator: 'DoesNotExist' },
  { operator: 'In', values: ['low', 'other'] },
).map((r) => ({ scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', ...r }] } }))
const spec = fc.oneof(
  { weight: 5, arbitrary: hard({ ...COMPUTE, ...PODS, ...REST }, 4).map((h) => ({ hard: h })) },
  { weight: 2, arbitrary: hard(PODS, 2).map((h) => ({ hard: h })) },
  { weight: 1, arbitrary: hard(PODS, 1).map((h) => ({ hard: h, scopes: ['BestEffort'] })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        hard({ ...COMPUTE, ...PODS }, 3),
        of('NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity', 'PriorityClass'),
        fc.boolean(),
      )
      .map(([h, scope, old]) => ({ hard: h, ...(old ? { scopes: [scope] } : exists(scope)) })),
  },
  { weight: 2, arbitrary: fc.tuple(hard({ ...COMPUTE, ...PODS }, 3), byClass).map(([h, s]) => ({ hard: h, ...s })) },
  { weight: 1, arbitrary: hard(PODS, 2).map((h) => ({ hard: h, scopes: ['NotBestEffort', 'NotTerminating'] })) },
)
const randomQuotas = fc
  .array(spec, { minLength: 0, maxLength: 3 })
  .map((specs) =>
    specs.map((s, i) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: `quota${i}` }, spec: s }) as unknown as KubeObject),
  )

export const randomCase: fc.Arbitrary<Case> = fc
  .record({ ranges: randomRanges, quotas: randomQuotas, objects: fc.array(randomObject, { minLength: 1, maxLength: 5 }) })
  .map(({ ranges, quotas, objects }) => ({
    ranges,
    quotas,
    objects: objects.map((o, i) => ({ ...o, metadata: { ...o.metadata, name: `x${i}` } })),
  }))
