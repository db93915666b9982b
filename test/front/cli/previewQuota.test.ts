import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { QuotaPreview } from '../../../src/model/quota.ts'
import { cliBench } from './bench.ts'

const bench = cliBench()
const preview = (...argv: string[]) => bench.run(['preview', 'quota', ...argv])
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-quota-'))
function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const app = (cpu: string) =>
  `{containers: [{name: app, image: x, resources: {requests: {cpu: ${cpu}, memory: 64Mi}, limits: {memory: 64Mi}}}]}`
const pod = (name: string, spec: string, owner: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {pod-template-hash: abc}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: ${owner}-abc, controller: true}]}
spec: ${spec}
status: {phase: Running}
---
`
const deployment = (name: string, replicas: number, spec: string, rolling: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec: {replicas: ${replicas}, selector: {matchLabels: {a: b}}, strategy: {type: RollingUpdate, rollingUpdate: ${rolling}}, template: {metadata: {labels: {a: b}}, spec: ${spec}}}
---
`
const shop = file(
  'shop.yaml',
  `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
${deployment('web', 2, app('1'), '{maxSurge: 1, maxUnavailable: 0}')}${deployment('api', 2, app('500m'), '{maxSurge: 1, maxUnavailable: 1}')}${deployment('old', 0, app('9'), '{}')}
${pod('web-1', app('1'), 'web')}${pod('web-2', app('1'), 'web')}${pod('api-1', app('500m'), 'api')}${pod('api-2', app('500m'), 'api')}
apiVersion: v1
kind: Pod
metadata: {name: done, namespace: shop}
spec: ${app('8')}
status: {phase: Succeeded}
`,
)
const quota = (hard: string) => `apiVersion: v1
kind: ResourceQuota
metadata: {name: bound, namespace: shop}
spec: {hard: ${hard}}
`

describe('preview quota', () => {
  it('says which rollouts would not fit, and which of them stand still', async () => {
    const add = file('four.yaml', quota('{pods: 4, requests.cpu: 9}'))
    const { code, out, err } = await preview('--from', shop, '--add', add, '-o', 'json')
    expect({ code, err }).toEqual({ code: 1, err: '' })
    const { namespaces, gaps, added } = JSON.parse(out) as QuotaPreview
    expect({ gaps, added: added.map((a) => `${a.kind} ${a.namespace}/${a.name}`) }).toEqual({
      gaps: [],
      added: ['ResourceQuota shop/bound'],
    })
    const [ns] = namespaces
    expect(ns?.quotas).toEqual([
      {
        name: 'bound',
        added: true,
        hard: { pods: '4', 'requests.cpu': '9' },
        used: { pods: '4', 'requests.cpu': '3' },
        afterRollout: { pods: '5', 'requests.cpu': '4' },
      },
    ])
    const reason = 'exceeded quota: bound, requested: pods=1, used: pods=4, limited: pods=4'
    expect(ns?.refused.map(({ object, ...rest }) => ({ object: object.name, ...rest }))).toEqual([
      { object: 'web', stage: 'rollout', by: { kind: 'ResourceQuota', name: 'bound' }, reason, stuck: true },
      { object: 'api', stage: 'rollout', by: { kind: 'ResourceQuota', name: 'bound' }, reason, stuck: false },
    ])
    const both = 'exceeded quota: bound, requested: pods=1,requests.cpu=9, used: pods=4,requests.cpu=3, limited: pods=4,requests.cpu=9'
    expect(ns?.idle.map((i) => [i.object.name, i.refused?.reason])).toEqual([['old', both]])
  })

  it('says which pods would not come back, each judged while the others stay', async () => {
    const add = file('cpu.yaml', quota('{requests.cpu: 2500m}'))
    const { code, out } = await preview('--from', shop, '--add', add)
    expect(code).toBe(1)
    expect(out).toContain("4 of today's objects would not be admitted again, 2 workloads could not roll out in full")
    expect(out).toContain(
      'Deployment shop/web: 2 of its pods would not come back: ResourceQuota bound: exceeded quota: bound, requested: requests.cpu=1',
    )
    expect(out).not.toContain('shop/done')
  })

  it('a quota on memory makes the limit a must, and defaults of a LimitRange fill it in', async () => {
    const bare = file(
      'bare.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: shop}\nspec: {containers: [{name: app, image: x}]}\n',
    )
    const without = file('without.yaml', quota('{limits.memory: 1Gi}'))
    const refused = await preview('--from', bare, '--add', without, '-o', 'json')
    const { namespaces } = JSON.parse(refused.out) as QuotaPreview
    expect([refused.code, namespaces.flatMap((n) => n.refused).map((r) => r.reason)]).toEqual([
      1,
      ['failed quota: bound: must specify limits.memory for: app'],
    ])
    const range =
      'apiVersion: v1\nkind: LimitRange\nmetadata: {name: d, namespace: shop}\nspec: {limits: [{type: Container, default: {memory: 100Mi}}]}\n'
    const withRange = file('with.yaml', `${quota('{limits.memory: 1Gi}')}---\n${range}`)
    expect(await preview('--from', bare, '--add', withRange)).toMatchObject({ code: 0 })
  })

  it('proposes what is admitted, and what it prints can be added', async () => {
    const { code, out } = await preview('--from', shop, '--propose', '-o', 'yaml')
    expect(code).toBe(0)
    const objects = parseAllDocuments(out).map((d) => d.toJS() as { kind: string; spec: { hard?: object } })
    expect(objects.map((o) => [o.kind, o.spec.hard])).toEqual([
      ['ResourceQuota', { 'limits.memory': '384Mi', pods: '6', 'requests.cpu': '4', 'requests.memory': '384Mi' }],
    ])
    const again = await preview('--from', shop, '--add', file('proposed.yaml', out))
    expect(again.code).toBe(0)
    expect(again.out).toContain("Nothing is refused: not today's objects made again, and not the next rollout of any workload")
    const roomy = await preview('--from', shop, '--propose', '--headroom', '200', '-o', 'json')
    expect((JSON.parse(roomy.out) as QuotaPreview).proposals?.[0]?.spec).toMatchObject({ hard: { pods: '12', 'requests.cpu': '9' } })
  })

  it('counts the claims that pods bring along or wait for, and any number of pods', async () => {
    const claim = '{spec: {storageClassName: gold, resources: {requests: {storage: 1Gi}}}}'
    const spec = `{containers: [{name: a}], volumes: [{name: tmp, ephemeral: {volumeClaimTemplate: ${claim}}}]}`
    const set = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {replicas: 3, selector: {matchLabels: {a: b}}, template: {spec: ${spec}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {resources: {requests: {storage: 2Gi}}}}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-db-1, namespace: shop}
spec: {resources: {requests: {storage: 2Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: huge, namespace: shop}
spec: {replicas: 2000000000, selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: a}]}}}
`
    const hard = '{persistentvolumeclaims: 6, requests.storage: 8Gi, gold.storageclass.storage.k8s.io/persistentvolumeclaims: 3, pods: 9}'
    const { code, out } = await preview('--from', file('set.yaml', set), '--add', file('claims.yaml', quota(hard)), '-o', 'json')
    const { namespaces } = JSON.parse(out) as QuotaPreview
    expect(code).toBe(1)
    expect(namespaces[0]?.quotas[0]?.afterRollout).toMatchObject({
      persistentvolumeclaims: '6',
      'requests.storage': '9Gi',
      'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '3',
      pods: '2500M',
    })
    expect(namespaces[0]?.refused.map((r) => [r.object.name, r.stuck, r.reason])).toEqual([
      ['huge', true, 'exceeded quota: bound, requested: pods=1, used: pods=9, limited: pods=9'],
      ['db', true, 'exceeded quota: bound, requested: requests.storage=1Gi, used: requests.storage=8Gi, limited: requests.storage=8Gi'],
    ])
  })

  it('what is not read is unknown, never fine', async () => {
    const add = file('widgets.yaml', quota('{count/widgets.example.com: 3, secrets: 1, pods: 9}'))
    const { code, out } = await preview('--from', shop, '--add', add, '-o', 'json')
    const { namespaces, gaps } = JSON.parse(out) as QuotaPreview
    const [ns] = namespaces
    expect({ code, complete: ns?.complete, used: ns?.quotas[0]?.used }).toEqual({
      code: 0,
      complete: false,
      used: { 'count/widgets.example.com': null, secrets: null, pods: '4' },
    })
    expect(gaps.map((gap) => gap.kind)).toEqual(['secrets', 'resourceQuotas'])
    expect((await preview('--from', shop, '--add', add)).out).toContain('Could not be seen')
  })

  it('refuses wrong input with a sentence', async () => {
    const odd = file('odd.yaml', quota('{pods: many}'))
    expect(await preview('--from', shop, '--add', odd)).toMatchObject({
      code: 2,
      err: expect.stringContaining('pods: "many" is not a quantity') as string,
    })
    expect(await preview('--from', shop, '--add', shop)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no ResourceQuota and no LimitRange') as string,
    })
    expect(await preview('--from', shop, '--headroom', '5')).toMatchObject({ code: 2 })
    expect(await preview('--from', shop, '--propose', '--headroom', '-5')).toMatchObject({ code: 2 })
    expect(await preview('--from', shop, '-o', 'yaml')).toMatchObject({ code: 2 })
    expect(await preview('--from', shop, '-n', 'nowhere')).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no namespace nowhere') as string,
    })
  })

  it('without anything says that there is nothing', async () => {
    expect(await preview('--from', shop)).toMatchObject({
      code: 0,
      out: expect.stringContaining('There is no quota and no limit range') as string,
    })
  })
})
