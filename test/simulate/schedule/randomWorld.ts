import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'

/** Few names and values, so that what selects and what is selected meet often. */
const NAMESPACES = ['ns-a', 'ns-b']
const label = fc.constantFrom('red', 'blue')
const app = fc.constantFrom('web', 'db')
const maybe = <T>(arb: fc.Arbitrary<T>, freq = 2) => fc.option(arb, { nil: undefined, freq })
const compact = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

const taint = fc.record({
  key: fc.constantFrom('dedicated', 'gpu'),
  value: fc.constantFrom('a', 'b', ''),
  effect: fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule'),
})

const toleration = fc.oneof(
  fc.record({
    key: fc.constantFrom('dedicated', 'gpu'),
    operator: fc.constantFrom('Equal', 'Exists'),
    value: fc.constantFrom('a', 'b', ''),
    effect: maybe(fc.constantFrom('NoSchedule', 'NoExecute')),
  }),
  fc.constant({ operator: 'Exists' }),
  fc.record({ key: fc.constant('node.kubernetes.io/unschedulable'), operator: fc.constant('Exists') }),
)
const tolerationOf = (t: { operator: string; value?: string }) => compact(t.operator === 'Exists' ? { ...t, value: undefined } : t)

function node(name: string): fc.Arbitrary<KubeObject> {
  return fc
    .record({
      zone: maybe(fc.constantFrom('z1', 'z2'), 6),
      disk: maybe(fc.constantFrom('ssd', 'hdd'), 4),
      rank: maybe(fc.constantFrom('1', '5', 'x')),
      taints: fc.uniqueArray(taint, { maxLength: 2, selector: (t) => `${t.key}${t.effect}` }),
      tainted: fc.integer({ min: 0, max: 3 }),
      cordoned: fc.integer({ min: 0, max: 7 }),
      cpu: fc.constantFrom('1', '1500m', '2', '3'),
      memory: fc.constantFrom('1Gi', '1000M', '1500Mi', '2Gi'),
      pods: fc.constantFrom('3', '6', '20'),
      extended: maybe(fc.constantFrom('1', '2')),
    })
    .map(({ zone, disk, rank, taints, tainted, cordoned, cpu, memory, pods, extended }) => {
      const labels = compact({ 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone, disk, rank })
      const allocatable = compact({ cpu, memory, pods, 'ephemeral-storage': '10Gi', 'example.com/device': extended })
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels },
        spec: { ...(cordoned === 0 ? { unschedulable: true } : {}), taints: tainted === 0 ? taints : [] },
        status: { capacity: allocatable, allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
      } as unknown as KubeObject
    })
}

const selector = fc.oneof(
  app.map((a) => ({ matchLabels: { app: a } })),
  label.map((l) => ({ matchExpressions: [{ key: 'color', operator: 'In', values: [l] }] })),
  fc.constantFrom('Exists', 'DoesNotExist').map((operator) => ({ matchExpressions: [{ key: 'color', operator }] })),
  fc.constant({}),
)

const topologyKey = fc.constantFrom('kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk')

const affinityTerm = fc
  .record({
    labelSelector: maybe(selector, 9),
    topologyKey,
    namespaces: maybe(fc.subarray([...NAMESPACES], { minLength: 1 })),
    namespaceSelector: maybe(
      fc.constantFrom<object>(
        {},
        { matchLabels: { team: 'a' } },
        { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] },
      ),
    ),
    keys: maybe(fc.constantFrom('matchLabelKeys', 'mismatchLabelKeys')),
  })
  .map(({ keys, ...term }) => compact({ ...term, ...(keys === undefined || term.labelSelector === undefined ? {} : { [keys]: ['tier'] }) }))

const nodeTerm = fc
  .array(
    fc.oneof(
      fc.record({
        key: fc.constant('disk'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.subarray(['ssd', 'hdd'], { minLength: 1 }),
      }),
      fc.record({ key: fc.constantFrom('disk', 'topology.kubernetes.io/zone'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      fc.record({ key: fc.constant('rank'), operator: fc.constantFrom('Gt', 'Lt'), values: fc.constantFrom(['1'], ['3']) }),
    ),
    { maxLength: 2 },
  )
  .map((matchExpressions) => ({ matchExpressions }))

const spread = fc
  .record({
    topologyKey,
    maxSkew: fc.constantFrom(1, 2),
    whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'DoNotSchedule', 'ScheduleAnyway'),
    labelSelector: maybe(selector, 9),
    minDomains: maybe(fc.constantFrom(1, 2, 3)),
    nodeAffinityPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
    nodeTaintsPolicy: maybe(fc.constantFrom('Honor', 'Ignore')),
    matchLabelKeys: maybe(fc.constant(['tier'])),
  })
  .map((s) => {
    const keys = s.labelSelector === undefined ? undefined : s.matchLabelKeys
    return compact({ ...s, matchLabelKeys: keys, minDomains: s.whenUnsatisfiable === 'DoNotSchedule' ? s.minDomains : undefined })
  })

/** Now and then a whole feature is left out, so that the others decide. */
const rarely = <T>(arb: fc.Arbitrary<T>) => fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: arb })

const requests = fc
  .record({
    cpu: maybe(fc.constantFrom('100m', '0.4', '600m', '1'), 3),
    memory: maybe(fc.constantFrom('64Mi', '200M', '300Mi', '600Mi'), 3),
    device: maybe(fc.constantFrom('1', '2'), 1),
  })
  .map(({ cpu, memory, device }) => {
    const list = compact({ cpu, memory, 'example.com/device': device })
    return { requests: list, ...(device === undefined ? {} : { limits: { 'example.com/device': device } }) }
  })

const hostPort = fc.record({
  containerPort: fc.constant(80),
  hostPort: fc.constantFrom(80, 81),
  protocol: fc.constantFrom('TCP', 'UDP'),
  hostIP: maybe(fc.constantFrom('127.0.0.1', '0.0.0.0', '10.0.0.1')),
})

const container = (name: string) =>
  fc
    .record({ resources: requests, ports: rarely(hostPort.map((p) => [compact(p)])) })
    .map((c) => compact({ name, image: 'registry.example.com/app:1', ...c }))

const spec = fc
  .record({
    containers: fc.tuple(container('a'), maybe(container('b'))).map((list) => list.filter((c) => c !== undefined)),
    init: maybe(container('i'), 2),
    sidecar: fc.boolean(),
    nodeSelector: rarely(fc.constantFrom({ disk: 'ssd' }, { 'topology.kubernetes.io/zone': 'z1' })),
    tolerations: maybe(fc.array(toleration.map(tolerationOf), { minLength: 1, maxLength: 2 }), 3),
    nodeTerms: rarely(fc.array(nodeTerm, { minLength: 1, maxLength: 2 })),
    affinity: rarely(fc.array(affinityTerm, { minLength: 1, maxLength: 2 })),
    anti: rarely(fc.array(affinityTerm, { minLength: 1, maxLength: 2 })),
    spreads: maybe(fc.uniqueArray(spread, { minLength: 1, maxLength: 2, selector: (s) => `${s.topologyKey}${s.whenUnsatisfiable}` })),
    claim: rarely(fc.constantFrom('claim-0', 'claim-1', 'claim-2', 'claim-0', 'claim-1', 'claim-2', 'claim-none')),
  })
  .map(({ containers, init, sidecar, nodeTerms, affinity, anti, spreads, claim, nodeSelector, tolerations }) =>
    compact({
      containers,
      initContainers: init === undefined ? undefined : [{ ...init, ...(sidecar ? { restartPolicy: 'Always' } : {}) }],
      nodeSelector,
      tolerations,
      topologySpreadConstraints: spreads,
      affinity: compact({
        nodeAffinity: nodeTerms && { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodeTerms } },
        podAffinity: affinity && { requiredDuringSchedulingIgnoredDuringExecution: affinity },
        podAntiAffinity: anti && { requiredDuringSchedulingIgnoredDuringExecution: anti },
      }),
      volumes: claim === undefined ? undefined : [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
      terminationGracePeriodSeconds: 0,
    }),
  )

const podLabels = fc.record({ app: maybe(app, 4), color: maybe(label), tier: maybe(fc.constantFrom('x', 'y')) }).map(compact)

function pod(name: string): fc.Arbitrary<KubeObject> {
  return fc.record({ namespace: fc.constantFrom(...NAMESPACES), labels: podLabels, spec }).map(
    (p) =>
      ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: p.namespace, labels: p.labels },
        spec: p.spec,
      }) as unknown as KubeObject,
  )
}

/** A volume that is bound to a node or a zone by its affinity or, as older ones are, by its labels; and its claims, one in each namespace. */
function volumes(index: number): fc.Arbitrary<readonly KubeObject[]> {
  return fc
    .record({
      affinity: maybe(
        fc.constantFrom(['kubernetes.io/hostname', 'n0'], ['kubernetes.io/hostname', 'n1'], ['topology.kubernetes.io/zone', 'z2']),
        3,
      ),
      zone: maybe(fc.constantFrom('z1', 'z1__z2')),
      namespace: fc.constantFrom(...NAMESPACES),
    })
    .map(({ affinity, zone, namespace }) => {
      const expressions = affinity && [{ key: affinity[0], operator: 'In', values: [affinity[1]] }]
      const required = expressions && { nodeSelectorTerms: [{ matchExpressions: expressions }] }
      const common = { accessModes: ['ReadWriteOnce'], storageClassName: 'none' }
      const bound = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' }
      return [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: `volume-${index}`, labels: compact({ 'topology.kubernetes.io/zone': zone }) },
          spec: {
            ...common,
            capacity: { storage: '1Gi' },
            csi: { driver: 'csi.example.com', volumeHandle: `v${index}` },
            claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: `claim-${index}` },
            ...(required === undefined ? {} : { nodeAffinity: { required } }),
          },
        },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: `claim-${index}`, namespace, annotations: bound },
          spec: { ...common, volumeName: `volume-${index}`, resources: { requests: { storage: '1Gi' } } },
          status: { phase: 'Bound' },
        },
      ] as unknown as readonly KubeObject[]
    })
}

export interface RandomWorld {
  readonly nodes: readonly KubeObject[]
  /** Running, each on one of the nodes. */
  readonly placed: readonly KubeObject[]
  readonly volumes: readonly KubeObject[]
  /** To be placed, one at a time. */
  readonly asked: readonly KubeObject[]
}

/** Namespaces with the labels that terms select. */
export const RANDOM_NAMESPACES = [
  { name: 'ns-a', labels: { team: 'a' } },
  { name: 'ns-b', labels: { team: 'b' } },
]

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

export const randomWorld: fc.Arbitrary<RandomWorld> = fc
  .record({
    nodes: fc.tuple(...names('n', 5).map(node)),
    placed: fc.tuple(...names('placed-', 9).map((name) => fc.tuple(pod(name), fc.nat(4)))),
    volumes: fc.tuple(...[0, 1, 2].map(volumes)),
    asked: fc.tuple(...names('asked-', 12).map(pod)),
  })
  .map(({ nodes, placed, volumes: vols, asked }) => ({
    nodes,
    placed: placed.map(([p, i]) => ({ ...p, spec: { ...(p.spec as object), nodeName: `n${i}` } }) as KubeObject),
    volumes: vols.flat(),
    asked,
  }))
