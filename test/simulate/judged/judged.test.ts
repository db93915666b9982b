import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KINDS } from '#model/kinds.ts'
import { rawNetwork } from '#simulate/judged/containers.ts'
import { byControl } from '#simulate/judged/control.ts'
import { type JudgedLists, judgedWorkloads } from '#simulate/judged/judged.ts'
import { eachContainer, spotsOf } from '#simulate/judged/spots.ts'

const privileged = byControl('privileged', 36)
const all = (lists: JudgedLists) =>
  judgedWorkloads(lists).map((w) => ({
    name: w.ref.name,
    kind: w.ref.kind,
    spots: spotsOf(w, privileged).map(({ container, origin, at }) => ({ container, origin, ...(at === undefined ? {} : { at }) })),
  }))

type Container = { readonly name: string; readonly [field: string]: unknown }
const app: Container = { name: 'app', image: 'shop/app:1' }
const rights = { securityContext: { privileged: true } }

const deployment = (containers: readonly Container[], name = 'web') =>
  KINDS.deployments.schema.parse({ metadata: { name, namespace: 'shop' }, spec: { template: { spec: { containers } } } })
const replicaSet = (hash: string, containers: readonly Container[], owned = true) =>
  KINDS.replicaSets.schema.parse({
    metadata: {
      name: `web-${hash}`,
      namespace: 'shop',
      ownerReferences: owned ? [{ kind: 'Deployment', name: 'web', controller: true }] : [],
    },
    spec: { template: { metadata: { labels: { 'pod-template-hash': hash } }, spec: { containers } } },
  })
const podOf = (i: number, spec: object, hash = 'abc') =>
  KINDS.pods.schema.parse({
    metadata: {
      name: `web-${hash}-${i}`,
      namespace: 'shop',
      labels: { 'pod-template-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${hash}`, controller: true }],
    },
    spec: withToken(i, spec),
    status: { phase: 'Running' },
  })

/** As the API server stores each pod: on a node, with a token volume of its own name. */
function withToken(i: number, spec: object): object {
  const volume = `kube-api-access-${String(i).padStart(5, 'x')}`
  const { containers, volumes = [] } = spec as { containers: Container[]; volumes?: object[] }
  const mounted = containers.map((c) => ({ ...c, volumeMounts: [{ name: volume, mountPath: '/var/run/secrets', readOnly: true }] }))
  return { ...spec, nodeName: `n${i % 3}`, containers: mounted, volumes: [...volumes, { name: volume, projected: {} }] }
}

const containers = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), root: fc.boolean() }), {
  selector: ({ name }) => name,
  minLength: 1,
})
const asContainers = (list: readonly { name: string; root: boolean }[]) => list.map(({ name, root }) => ({ name, ...(root ? rights : {}) }))

describe('replicas', () => {
  test('N replicas give the findings of one, and those of the template alone', () => {
    fc.assert(
      fc.property(containers, fc.integer({ min: 1, max: 40 }), (list, n) => {
        const spec = { containers: asContainers(list) }
        const template = deployment(spec.containers)
        const pods = (count: number) => Array.from({ length: count }, (_, i) => podOf(i, spec))
        const alone = all({ deployments: [template] })
        expect(all({ deployments: [template], pods: pods(1) })).toEqual(alone)
        expect(all({ deployments: [template], pods: pods(n) })).toEqual(alone)
        // Without the Deployment, too: the pods then stand for it.
        expect(all({ pods: pods(n) })).toEqual(all({ pods: pods(1) }))
      }),
    )
  })

  test('an injected container is found once, whatever the number of replicas and of those that have it', () => {
    fc.assert(
      fc.property(containers, fc.integer({ min: 1, max: 30 }), fc.nat(), fc.boolean(), (list, n, at, init) => {
        const spec = { containers: asContainers(list) }
        const mesh = { name: 'mesh', image: 'mesh:1', ...rights }
        const injected = init ? { ...spec, initContainers: [mesh] } : { containers: [...spec.containers, mesh] }
        const some = Array.from({ length: n }, (_, i) => podOf(i, i >= at % n ? injected : spec))
        const before = all({ deployments: [deployment(spec.containers)] })
        const after = all({ deployments: [deployment(spec.containers)], pods: some })
        expect(after).toEqual(before.map((w) => ({ ...w, spots: [...w.spots, { container: 'mesh', origin: 'injected' }] })))
      }),
    )
  })
})

describe('where a spot comes from', () => {
  test.each([
    ['the template', { deployments: [deployment([{ ...app, ...rights }])] }, [['app', 'template']]],
    [
      'changed on the way',
      { deployments: [deployment([app])], pods: [podOf(1, { containers: [{ ...app, ...rights }] })] },
      [['app', 'live']],
    ],
    [
      'an earlier revision that is still there',
      {
        deployments: [deployment([app])],
        replicaSets: [replicaSet('old', [{ name: 'agent', ...rights }])],
        pods: [podOf(1, { containers: [{ name: 'agent', ...rights }] }, 'old')],
      },
      [['agent', 'earlier']],
    ],
    [
      'a debug container',
      { deployments: [deployment([app])], pods: [podOf(1, { containers: [app], ephemeralContainers: [{ name: 'debugger', ...rights }] })] },
      [['debugger', 'debug']],
    ],
  ] as const)('%s', (_, lists, expected) => {
    const [first, ...more] = judgedWorkloads(lists as JudgedLists)
    if (first === undefined) throw new Error('nothing judged')
    expect(more).toEqual([])
    expect(spotsOf(first, privileged).map(({ container, origin }) => [container, origin])).toEqual(expected)
  })

  test('the place is in the object, not in the pod', () => {
    const job = KINDS.cronJobs.schema.parse({
      metadata: { name: 'j', namespace: 'shop' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { containers: [app, { ...app, name: 'b', ...rights }] } } } },
      },
    })
    expect(all({ cronJobs: [job] })[0]?.spots).toEqual([
      { container: 'b', origin: 'template', at: 'spec.jobTemplate.spec.template.spec.containers[1].securityContext.privileged' },
    ])
  })
})

describe('who is judged', () => {
  const done = (status: object, owned = false) =>
    KINDS.jobs.schema.parse({
      metadata: { name: 'once', namespace: 'shop', ownerReferences: owned ? [{ kind: 'CronJob', name: 'nightly', controller: true }] : [] },
      spec: { template: { spec: { containers: [app] } } },
      status,
    })
  const bare = (metadata: object, phase = 'Running') =>
    KINDS.pods.schema.parse({ metadata: { name: 'p', namespace: 'shop', ...metadata }, spec: { containers: [app] }, status: { phase } })
  const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [{ kind: 'Node', name: 'n', controller: true }] }
  test.each([
    ['a job that runs', { jobs: [done({ active: 1 })] }, ['Job once']],
    ['a job that is done', { jobs: [done({ completionTime: '2026-01-01T00:00:00Z' })] }, []],
    ['a job of a CronJob that is not there any more', { jobs: [done({}, true)] }, []],
    ['a ReplicaSet of its own', { replicaSets: [replicaSet('x', [app], false)] }, ['ReplicaSet web-x']],
    ['a ReplicaSet of a Deployment', { deployments: [deployment([app])], replicaSets: [replicaSet('x', [app])] }, ['Deployment web']],
    ['a pod of its own', { pods: [bare({})] }, ['Pod p naked']],
    ['a pod that has ended', { pods: [bare({}, 'Succeeded')] }, []],
    ['a static pod', { pods: [bare(mirror)] }, ['Pod p mirror']],
  ] as const)('%s', (_, lists, expected) => {
    const names = judgedWorkloads(lists as JudgedLists).map(
      ({ ref, naked, mirror }) => `${ref.kind} ${ref.name}${naked ? ' naked' : ''}${mirror ? ' mirror' : ''}`,
    )
    expect(names).toEqual(expected)
  })
})

test('images of a spot: of its container, of the whole pod where the pod says it', () => {
  const [first] = judgedWorkloads({ deployments: [deployment([app, { name: 'b', image: 'b:1', ...rights }])] })
  if (first === undefined) throw new Error('nothing judged')
  expect(spotsOf(first, privileged).map((s) => s.images)).toEqual([['b:1']])
  expect(spotsOf(first, () => [{ path: ['spec', 'hostPID'], saw: 'x' }]).map((s) => s.images)).toEqual([['shop/app:1', 'b:1']])
  expect(spotsOf(first, rawNetwork).map((s) => s.container)).toEqual(['app'])
  expect(spotsOf(first, (pod) => eachContainer(pod, () => [])).length).toBe(0)
})
