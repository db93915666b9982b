import { describe, expect, test } from 'vitest'
import { check as reserve } from '#checks/backup/capacity-reserve.ts'
import { check as probes } from '#checks/backup/missing-probes.ts'
import { check as budgets } from '#checks/backup/no-disruption-budget.ts'
import { check as spread } from '#checks/backup/no-spread.ts'
import { check as oneNode } from '#checks/backup/one-node.ts'
import { check as single } from '#checks/backup/single-replica.ts'
import { verdicts, workload } from '../encryption/support.ts'

describe('single-replica', () => {
  test.each([
    ['absent means one', [workload('web')], ['web: fail single']],
    ['two', [workload('web', {}, { replicas: 2 })], ['web: pass several']],
    ['zero', [workload('web', {}, { replicas: 0 })], ['web: not-applicable off']],
    ['a StatefulSet', [workload('db', {}, { replicas: 1 }, 'StatefulSet')], ['db: fail single']],
    ['of the system', [workload('coredns', {}, { replicas: 1 }, 'Deployment', 'kube-system')], []],
    ['a DaemonSet has no replicas', [workload('agent', {}, {}, 'DaemonSet')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(single, objects)).toEqual(expected)
  })
})

describe('no-disruption-budget', () => {
  const web = workload('web', { labels: { app: 'web' } }, { replicas: 2 })
  const budget = (spec: object, namespace = 'shop') => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b', namespace },
    spec,
  })
  test.each([
    ['selects others', [web, budget({ selector: { matchLabels: { app: 'db' } } })], ['web: fail missing']],
    ['in another namespace', [web, budget({ selector: {} }, 'other')], ['web: fail missing']],
    ['an empty selector is every pod', [web, budget({ selector: {} })], ['web: pass covered']],
    ['no selector is no pod', [web, budget({ minAvailable: 1 })], ['web: fail missing']],
    ['one replica needs none', [workload('web')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(budgets, objects)).toEqual(expected)
  })
})

describe('no-spread', () => {
  const two = { replicas: 2 }
  test.each([
    [
      'anti-affinity',
      [workload('web', { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } }, two)],
      ['web: pass spread'],
    ],
    ['affinity is the opposite', [workload('web', { affinity: { podAffinity: {} } }, two)], ['web: fail missing']],
    ['an empty list', [workload('web', { topologySpreadConstraints: [] }, two)], ['web: fail missing']],
    ['one replica', [workload('web')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(spread, objects)).toEqual(expected)
  })
})

describe('missing-probes', () => {
  const ready = { readinessProbe: { httpGet: { path: '/', port: 80 } } }
  test.each([
    ['one of two', [workload('web', { containers: [{ name: 'a', ...ready }, { name: 'b' }] })], ['web: fail missing']],
    ['a livenessProbe is not it', [workload('web', { containers: [{ name: 'a', livenessProbe: {} }] })], ['web: fail missing']],
    [
      'init containers need none',
      [workload('web', { initContainers: [{ name: 'i' }], containers: [{ name: 'a', ...ready }] })],
      ['web: pass probed'],
    ],
    ['a DaemonSet', [workload('agent', {}, {}, 'DaemonSet')], ['agent: fail missing']],
    ['of the system', [workload('proxy', {}, {}, 'DaemonSet', 'kube-system')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(probes, objects)).toEqual(expected)
  })
})

const node = (name: string, zone = 'a', cpu = '2') => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
  status: { allocatable: { cpu, memory: '4Gi' } },
})
const podOn = (nodeName: string, name: string, cpu = '500m') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    labels: { 'pod-template-hash': 'abc' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-abc', controller: true }],
  },
  spec: { nodeName, containers: [{ name: 'c', resources: { requests: { cpu } } }] },
  status: { phase: 'Running' },
})

describe('capacity-reserve', () => {
  test.each([
    ['70 % is enough', [node('a'), podOn('a', 'x', '1400m')], ['cluster: pass room', 'cluster: pass room']],
    ['a little more is not', [node('a'), podOn('a', 'x', '1401m')], ['cluster: fail tight', 'cluster: pass room']],
    [
      'a finished pod takes nothing',
      [node('a'), { ...podOn('a', 'x', '1900m'), status: { phase: 'Succeeded' } }],
      ['cluster: pass room', 'cluster: pass room'],
    ],
    [
      'a node for others is no capacity',
      [node('a'), { ...node('b'), spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }, podOn('a', 'x', '1500m')],
      ['cluster: fail tight', 'cluster: pass room'],
    ],
    [
      'nothing but nodes for others',
      [{ ...node('b'), spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } }],
      ['cluster: not-applicable none', 'cluster: not-applicable none'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(reserve, objects)).toEqual(expected)
  })
})

describe('one-node', () => {
  const web = workload('web', {}, { replicas: 2 })
  test.each([
    ['two nodes', [node('a'), node('b'), web, podOn('a', 'x'), podOn('b', 'y')], ['web: pass spread']],
    ['one of two nodes', [node('a'), node('b'), web, podOn('a', 'x'), podOn('a', 'y')], ['web: fail node']],
    ['one of two zones', [node('a'), node('b'), node('c', 'z'), web, podOn('a', 'x'), podOn('b', 'y')], ['web: fail zone']],
    ['one zone is all there is', [node('a'), node('b'), web, podOn('a', 'x'), podOn('b', 'y')], ['web: pass spread']],
    ['one node is all there is', [node('a'), web, podOn('a', 'x'), podOn('a', 'y')], ['web: not-applicable lone']],
    ['one pod', [node('a'), node('b'), web, podOn('a', 'x')], []],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(oneNode, objects)).toEqual(expected)
  })
})
