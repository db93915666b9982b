import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { type Amounts, amount, of, ordered, rare } from './randomAmounts.ts'

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
export const randomRanges = fc
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
export const randomQuotas = fc
  .array(spec, { minLength: 0, maxLength: 3 })
  .map((specs) =>
    specs.map((s, i) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: `quota${i}` }, spec: s }) as unknown as KubeObject),
  )
