import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Item, KINDS } from '#model/kinds.ts'
import { refKey } from '#model/refs.ts'
import { containersOf, isMirrorPod, podTemplates } from '#simulate/workloads.ts'
import { seesCluster } from '#simulate/workloadsRefs.ts'

type Owner = { apiVersion?: string; kind: string; name: string; controller?: boolean }
const body = { containers: [{ name: 'c' }] }
const pod = (name: string, owners: Owner[] = [], labels = {}, annotations = {}): Item<'pods'> =>
  KINDS.pods.schema.parse({ metadata: { name, namespace: 'shop', ownerReferences: owners, labels, annotations }, spec: body })
const deployment = (name: string): Item<'deployments'> =>
  KINDS.deployments.schema.parse({
    metadata: { name, namespace: 'shop' },
    spec: { template: { metadata: { labels: { app: name } }, spec: body } },
  })
const job = (name: string, owners: Owner[] = []): Item<'jobs'> =>
  KINDS.jobs.schema.parse({ metadata: { name, namespace: 'shop', ownerReferences: owners }, spec: { template: { spec: body } } })
const names = (lists: Parameters<typeof podTemplates>[0]) => podTemplates(lists).map((t) => `${t.ref.kind}/${t.ref.name}`)

describe('podTemplates', () => {
  test('pods are folded into their Deployment, by the hash that its ReplicaSet is named with', () => {
    const owned = pod('web-5d9-x', [{ kind: 'ReplicaSet', name: 'web-5d9', controller: true }], { 'pod-template-hash': '5d9' })
    expect(names({ deployments: [deployment('web')], pods: [owned] })).toEqual(['Deployment/web'])
    expect(names({ pods: [owned, owned] })).toEqual(['Deployment/web'])
  })

  test('a ReplicaSet of its own, or any other controller, stands for its pods', () => {
    const set = (n: number) => pod(`old-${n}`, [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'old', controller: true }])
    const rollout = pod('r-1', [{ apiVersion: 'example.io/v1', kind: 'Widget', name: 'r', controller: true }])
    const [first, second] = podTemplates({ pods: [set(1), set(2), rollout] })
    expect(first?.ref).toEqual({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop', name: 'old' })
    expect(first?.path).toBe('spec.template.spec')
    expect(second?.ref).toEqual({ apiVersion: 'example.io/v1', kind: 'Widget', namespace: 'shop', name: 'r' })
  })

  test('a hash that the ReplicaSet is not named with makes no Deployment', () => {
    const set = pod('old-1', [{ kind: 'ReplicaSet', name: 'old-abc', controller: true }], { 'pod-template-hash': '5d9' })
    expect(names({ pods: [set] })).toEqual(['ReplicaSet/old-abc'])
  })

  test('jobs and their pods are folded into the CronJob, whether it was read or not', () => {
    const byCron = job('c-1', [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'c', controller: true }])
    const itsPod = pod('c-1-x', [{ apiVersion: 'batch/v1', kind: 'Job', name: 'c-1', controller: true }])
    expect(names({ jobs: [byCron], pods: [itsPod] })).toEqual(['CronJob/c'])
    expect(names({ pods: [itsPod] })).toEqual(['Job/c-1'])
    expect(names({ jobs: [job('once')] })).toEqual(['Job/once'])
  })

  test('bare pods and mirror pods stand for themselves; an owner that does not control is none', () => {
    const mirror = pod(
      'etcd-node-1',
      [{ apiVersion: 'v1', kind: 'Node', name: 'node-1', controller: true }],
      {},
      { 'kubernetes.io/config.mirror': 'x' },
    )
    expect(isMirrorPod(mirror)).toBe(true)
    expect(names({ pods: [pod('bare'), mirror, pod('kept', [{ kind: 'Tenant', name: 't', controller: false }])] })).toEqual([
      'Pod/bare',
      'Pod/etcd-node-1',
      'Pod/kept',
    ])
  })

  test('the same name in two namespaces are two', () => {
    const a = deployment('web')
    const b = { ...a, metadata: { ...a.metadata, namespace: 'other' } }
    expect(podTemplates({ deployments: [a, b] }).map((t) => t.namespace)).toEqual(['shop', 'other'])
  })

  test('every owner once, whatever is read twice', () => {
    const name = fc.constantFrom('a', 'b', 'a-1', 'a-1-1')
    const owner = fc.option(
      fc.record({ kind: fc.constantFrom('ReplicaSet', 'Job', 'Node', 'StatefulSet'), name, controller: fc.constant(true) }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, owner)), fc.array(name), fc.array(fc.tuple(name, owner)), (pods, deployments, jobs) => {
        const lists = {
          pods: pods.map(([n, o]) => pod(n, o === null ? [] : [o], { 'pod-template-hash': '1' })),
          deployments: deployments.map(deployment),
          jobs: jobs.map(([n, o]) => job(n, o === null ? [] : [o])),
        }
        const keys = podTemplates(lists).map((t) => refKey(t.ref))
        expect(new Set(keys).size).toBe(keys.length)
        expect(keys.length > 0).toBe(pods.length + deployments.length + jobs.length > 0)
        expect(podTemplates({ ...lists, pods: [...lists.pods, ...lists.pods] }).map((t) => refKey(t.ref))).toEqual(keys)
      }),
    )
  })
})

test('containersOf gives init containers first, with their paths', () => {
  const { spec } = KINDS.pods.schema.parse({
    metadata: { name: 'x' },
    spec: { initContainers: [{ name: 'i' }], containers: [{ name: 'c' }] },
  })
  expect(containersOf(spec).map((c) => `${c.path} ${c.container.name}`)).toEqual(['initContainers[0] i', 'containers[0] c'])
})

test('a cluster is seen whole only with kube-system and without gaps', () => {
  const named = (name: string) => KINDS.namespaces.schema.parse({ metadata: { name } })
  expect(seesCluster([named('kube-system')], true)).toBe(true)
  expect(seesCluster([named('kube-system')], false)).toBe(false)
  expect(seesCluster([named('shop')], true)).toBe(false)
})
