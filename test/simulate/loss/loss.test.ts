import { describe, expect, it } from 'vitest'
import { parseManifests } from '../../../src/cluster/objects/parse.ts'
import { stateFromObjects } from '../../../src/cluster/objects/toState.ts'
import type { Loss } from '../../../src/model/loss.ts'
import { type LossAsked, lossPreview } from '../../../src/session/loss.ts'

const NOW = new Date('2026-11-01T00:00:00Z')

function state(yaml: string) {
  const objects = parseManifests(yaml, 'test.yaml').objects.map((o) => o.object)
  return stateFromObjects(objects, { source: 'snapshot', name: 'test', now: NOW, complete: true, cluster: { version: 'v1.33.1' } })
}

const node = (name: string, zone = 'a', more = '') => `
apiVersion: v1
kind: Node
metadata: { name: ${name}, labels: { kubernetes.io/hostname: ${name}, topology.kubernetes.io/zone: ${zone} } }
spec: { ${more} }
status: { allocatable: { cpu: "2", memory: 2Gi, pods: "10" }, conditions: [{ type: Ready, status: "True" }] }
---`

/** A pod of Deployment `app`, or of what else is said. */
const pod = (name: string, on: string, { app = 'web', spec = '', owner = 'ReplicaSet', image = 'registry.example.com/web:1' } = {}) => `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels: { app: ${app}, pod-template-hash: abc }
  ${owner === '' ? '' : `ownerReferences: [{ apiVersion: apps/v1, kind: ${owner}, name: ${owner === 'ReplicaSet' ? `${app}-abc` : app}, controller: true }]`}
spec: { nodeName: ${on}, containers: [{ name: c, image: "${image}", resources: { requests: { cpu: 500m } } }], ${spec} }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
---`

const deployment = (replicas: number, app = 'web') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${app}, namespace: shop }
spec: { replicas: ${replicas}, selector: { matchLabels: { app: ${app} } }, template: { spec: { containers: [{ name: c }] } } }
---`

const budget = (spec: string) => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { ${spec}, selector: { matchLabels: { app: web } } }
---`

function lossIn(yaml: string, asked: Partial<LossAsked>): Loss {
  const [loss] = lossPreview(state(yaml), { nodes: [], zones: [], registries: [], ...asked }).losses
  if (loss === undefined) throw new Error('no loss')
  return loss
}

const fates = (loss: Loss) =>
  loss.workloads
    .flatMap((w) => w.pods.map(({ name, fate }) => `${name} ${fate.kind}${fate.kind === 'moves' ? ` ${fate.to}` : ''}`))
    .toSorted()

describe('the loss of a node', () => {
  it('leaves the replicas elsewhere, and makes the others anew where there is room', () => {
    const loss = lossIn(node('n1') + node('n2') + deployment(2) + pod('a', 'n1') + pod('b', 'n2'), { nodes: ['n1'] })
    expect(loss.workloads).toMatchObject([{ now: 2, left: 1, nodes: 2, verdict: 'reduced', comeback: { kind: 'evicted', seconds: 0 } }])
    expect(fates(loss)).toEqual(['a moves n2'])
    expect(loss.breaks).toBe(false)
  })

  it('takes down what ran on it alone, and says why nothing else takes it', () => {
    const spec = 'nodeSelector: { kubernetes.io/hostname: n1 }'
    const loss = lossIn(node('n1') + node('n2') + deployment(2) + pod('a', 'n1', { spec }) + pod('b', 'n1', { spec }), { nodes: ['n1'] })
    expect(loss.workloads).toMatchObject([{ now: 2, left: 0, nodes: 1, verdict: 'down' }])
    expect(loss.workloads[0]?.pods[0]?.fate).toEqual({
      kind: 'waits',
      why: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
    })
  })

  it('tells pods that fit by themselves from those that fit nowhere', () => {
    const big = { spec: '', image: 'x' }
    const pods = [1, 2, 3, 4].map((i) => pod(`p${i}`, 'n1', big)).join('') + [5, 6].map((i) => pod(`p${i}`, 'n2', big)).join('')
    const loss = lossIn(node('n1') + node('n2') + deployment(6) + pods, { nodes: ['n1'] })
    expect(fates(loss).map((f) => f.split(' ')[1])).toEqual(['moves', 'moves', 'crowded', 'crowded'])
    expect(loss.capacity[0]).toMatchObject({ resource: 'cpu', now: { share: 0.75 }, after: { share: 1.5 } })
  })

  it.each([
    ['minAvailable: 2', 'below-budget', 2],
    ['minAvailable: 60%', 'below-budget', 2],
    ['maxUnavailable: 1', 'below-budget', 2],
    ['maxUnavailable: 2', 'reduced', 1],
    ['minAvailable: 30%', 'reduced', 1],
  ])('holds what is left against a budget of %s', (spec, verdict, wants) => {
    const loss = lossIn(node('n1') + node('n2') + deployment(3) + budget(spec) + pod('a', 'n1') + pod('b', 'n1') + pod('c', 'n2'), {
      nodes: ['n1'],
    })
    expect(loss.workloads).toMatchObject([{ verdict, budgets: [{ name: 'web', wants, left: 1 }] }])
  })

  it('does not bring back a pod that nothing made, nor one of the node itself', () => {
    const mirror = pod('static-n1', 'n1', { owner: '' }).replace(
      '  labels:',
      '  annotations: { kubernetes.io/config.mirror: x }\n  labels:',
    )
    const loss = lossIn(node('n1') + node('n2') + pod('bare', 'n1', { owner: '' }) + pod('agent', 'n1', { owner: 'DaemonSet' }) + mirror, {
      nodes: ['n1'],
    })
    expect(fates(loss)).toEqual(['agent with-node', 'bare gone'])
    expect(loss.breaks).toBe(true)
  })

  it('says of a StatefulSet that somebody has to give the node up first', () => {
    const loss = lossIn(node('n1') + node('n2') + pod('db-0', 'n1', { app: 'db', owner: 'StatefulSet' }), { nodes: ['n1'] })
    expect(loss.workloads).toMatchObject([{ object: { kind: 'StatefulSet' }, comeback: { kind: 'by-hand' } }])
  })

  it('waits for the seconds that a pod tolerates', () => {
    const spec = 'tolerations: [{ key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300 }]'
    const loss = lossIn(node('n1') + node('n2') + deployment(1) + pod('a', 'n1', { spec }), { nodes: ['n1'] })
    expect(loss.workloads).toMatchObject([{ comeback: { kind: 'evicted', seconds: 300 } }])
  })

  it('lets a more important pod push out a less important one, which then looks for a place itself', () => {
    const small = node('n2').replace('cpu: "2"', 'cpu: "1"')
    const yaml =
      node('n1') +
      small +
      deployment(1) +
      deployment(2, 'low') +
      pod('vip', 'n1', { spec: 'priority: 100' }) +
      pod('low-1', 'n2', { app: 'low' }) +
      pod('low-2', 'n2', { app: 'low' })
    const loss = lossIn(yaml, { nodes: ['n1'] })
    expect(loss.workloads.flatMap((w) => w.pods).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
      { name: expect.stringContaining('low-'), fate: { kind: 'waits' }, displacedBy: 'shop/vip' },
      { name: 'vip', fate: { kind: 'moves', to: 'n2' } },
    ])
  })

  it('leaves a volume of the node where it is', () => {
    const yaml = `${node('n1') + node('n2')}
apiVersion: v1
kind: PersistentVolume
metadata: { name: v }
spec: { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [n1] }] }] } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
spec: { volumeName: v }
---
${pod('db-0', 'n1', { app: 'db', owner: 'StatefulSet', spec: 'volumes: [{ name: d, persistentVolumeClaim: { claimName: data } }]' })}`
    expect(lossIn(yaml, { nodes: ['n1'] }).workloads[0]?.pods[0]?.fate).toEqual({
      kind: 'waits',
      why: "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity",
    })
  })

  it('counts the members of etcd', () => {
    const etcd = (on: string) =>
      pod(`etcd-${on}`, on, { owner: '' }).replace(
        /labels: .*/,
        'labels: { component: etcd, tier: control-plane }\n  annotations: { kubernetes.io/config.mirror: x }',
      )
    const three = ['n1', 'n2', 'n3'].map((n) => node(n) + etcd(n)).join('')
    expect(lossIn(three, { nodes: ['n1'] }).controlPlane).toEqual([{ component: 'etcd', now: 3, left: 2, down: false }])
    expect(lossIn(three, { nodes: ['n1', 'n2'] }).controlPlane).toEqual([{ component: 'etcd', now: 3, left: 1, down: true }])
  })
})

describe('the loss of a zone', () => {
  it('takes all its nodes', () => {
    const loss = lossIn(node('n1') + node('n2') + node('n3', 'b') + deployment(2) + pod('a', 'n1') + pod('b', 'n2'), { zones: ['a'] })
    expect(loss.event.nodes).toEqual(['n1', 'n2'])
    expect(loss.workloads).toMatchObject([{ left: 0, zones: 1, verdict: 'down' }])
    expect(fates(loss)).toEqual(['a moves n3', 'b moves n3'])
  })
})

describe('the loss of a registry', () => {
  const images = (name: string, zone: string, list: string) =>
    node(name, zone).replace('conditions:', `images: [{ names: [${list}] }], conditions:`)

  it('keeps what lies on the node, unless its image is asked for each time', () => {
    const yaml = (image: string) =>
      images('n1', 'a', image) + images('n2', 'a', 'other.example.com/x:1') + deployment(1) + pod('a', 'n1', { image })
    const of = (image: string) => lossIn(yaml(image), { registries: ['registry.example.com'] }).pulls[0]
    expect(of('registry.example.com/web:1')).toMatchObject({ restart: 'fine', elsewhere: [], elsewhereUnknown: 0, others: 1 })
    expect(of('registry.example.com/web')).toMatchObject({ restart: 'fails' })
  })

  it('keeps new pods off nodes that do not hold the image', () => {
    const image = 'registry.example.com/web:1'
    const yaml =
      images('n1', 'a', image) +
      images('n2', 'a', 'other.example.com/x:1') +
      images('n3', 'b', image) +
      deployment(1) +
      pod('a', 'n1', { image })
    expect(fates(lossIn(yaml, { nodes: ['n1'], registries: ['registry.example.com'] }))).toEqual(['a moves n3'])
    const [pull] = lossIn(yaml, { registries: ['registry.example.com'] }).pulls
    expect(pull).toMatchObject({ elsewhere: ['n3'], others: 2 })
  })

  it('does not take a list that may be cut short for proof', () => {
    const many = Array.from({ length: 50 }, (_, i) => `x.example.com/i${i}:1`)
    const list = many.map((n) => `{ names: [${n}] }`).join(', ')
    const yaml = node('n1') + node('n2').replace('conditions:', `images: [${list}], conditions:`) + deployment(1) + pod('a', 'n1')
    expect(lossIn(yaml, { registries: ['registry.example.com'] }).pulls).toMatchObject([{ elsewhere: [], elsewhereUnknown: 1 }])
  })
})

describe('what cannot be said', () => {
  it('asks for a cluster', () => {
    expect(() => lossPreview(state(deployment(1)), { nodes: [], zones: [], registries: [] })).toThrow('There are no nodes')
  })

  it('names the nodes there are', () => {
    expect(() => lossIn(node('n1') + pod('a', 'n1'), { nodes: ['n9'] })).toThrow('There is no node n9 in test.')
  })

  it('does not promise room where not all pods were seen', () => {
    const seen = state(node('n1') + node('n2') + deployment(1) + pod('a', 'n1'))
    const pods = {
      ...seen.kinds.pods,
      items: seen.kinds.pods?.items ?? [],
      gaps: [{ kind: 'pods' as const, namespace: 'other', reason: 'forbidden' as const, detail: 'x' }],
    }
    const [loss] = lossPreview({ ...seen, kinds: { ...seen.kinds, pods } }, { nodes: ['n1'], zones: [], registries: [] }).losses
    expect(loss?.workloads[0]?.pods[0]?.fate.kind).toBe('unknown')
    expect(loss?.breaks).toBe(true)
  })
})
