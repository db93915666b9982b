import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { podSpec, randomClaim, randomService } from './randomObjects.ts'

/*
 * A namespace with workloads and the pods that they have, as controllers would have made them.
 */

const of = <T>(...values: T[]) => fc.constantFrom(...values)
const surge = of<string | number | undefined>(undefined, 0, 1, 2, '25%', '50%', '100%')

type Spec = object
const make = (apiVersion: string, kind: string, name: string, namespace: string, rest: object) =>
  ({
    apiVersion,
    kind,
    metadata: { name, namespace, ...('labels' in rest ? { labels: rest.labels } : {}) },
    ...rest,
  }) as unknown as KubeObject

function pods(spec: Spec, count: number, namespace: string, owner: { kind: string; name: string; apiVersion: string }): KubeObject[] {
  const labels = owner.kind === 'ReplicaSet' ? { 'pod-template-hash': 'abc' } : {}
  return Array.from({ length: count }, (_, i) => {
    const metadata = { name: `${owner.name}-${i}`, namespace, labels, ownerReferences: [{ ...owner, controller: true }] }
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: { phase: 'Running' } } as unknown as KubeObject
  })
}

const workload = fc
  .record({
    kind: of('Deployment', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Pod'),
    spec: podSpec,
    replicas: fc.integer({ min: 0, max: 5 }),
    there: fc.integer({ min: 0, max: 5 }),
    maxSurge: surge,
    maxUnavailable: surge,
    type: of('RollingUpdate', 'RollingUpdate', 'Recreate'),
    suspend: fc.boolean(),
  })
  .map(({ kind, spec, replicas, there, maxSurge, maxUnavailable, type, suspend }) => (namespace: string, name: string): KubeObject[] => {
    const template = { metadata: { labels: { a: name } }, spec }
    const selector = { matchLabels: { a: name } }
    const live = Math.min(there, replicas)
    const rollingUpdate = { ...(maxSurge === undefined ? {} : { maxSurge }), ...(maxUnavailable === undefined ? {} : { maxUnavailable }) }
    const apps = 'apps/v1'
    switch (kind) {
      case 'Deployment': {
        const strategy = type === 'Recreate' ? { type } : { type, rollingUpdate }
        const owner = { apiVersion: apps, kind: 'ReplicaSet', name: `${name}-abc` }
        return [
          make(apps, kind, name, namespace, { spec: { replicas, selector, template, strategy } }),
          ...pods(spec, live, namespace, owner),
        ]
      }
      case 'StatefulSet':
        return [
          make(apps, kind, name, namespace, { spec: { replicas, selector, template } }),
          ...pods(spec, live, namespace, { apiVersion: apps, kind, name }),
        ]
      case 'DaemonSet': {
        const body = {
          spec: { selector, template, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
          status: { desiredNumberScheduled: replicas },
        }
        return [make(apps, kind, name, namespace, body), ...pods(spec, live, namespace, { apiVersion: apps, kind, name })]
      }
      case 'CronJob': {
        const jobTemplate = { spec: { parallelism: Math.max(1, replicas), template } }
        return [make('batch/v1', kind, name, namespace, { spec: { schedule: '* * * * *', suspend, jobTemplate } })]
      }
      default:
        return [make('v1', 'Pod', name, namespace, { spec })]
    }
  })

const other = fc.oneof(randomClaim, randomService)

/** The objects of one namespace. */
export const randomNamespace = (namespace: string): fc.Arbitrary<readonly KubeObject[]> =>
  fc
    .tuple(fc.array(workload, { minLength: 1, maxLength: 4 }), fc.array(other, { maxLength: 3 }))
    .map(([workloads, others]) => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...workloads.flatMap((w, i) => w(namespace, `w${i}`)),
      ...others.map((o, i) => ({ ...o, metadata: { name: `o${i}`, namespace } })),
    ])
