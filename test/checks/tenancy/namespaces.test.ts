import { describe, expect, test } from 'vitest'
import { check as boundaries } from '#checks/tenancy/boundaries.ts'
import { check as crossing } from '#checks/tenancy/cross-namespace-bindings.ts'
import { check as inDefault } from '#checks/tenancy/default-namespace.ts'
import { check as pools } from '#checks/tenancy/ip-pools.ts'
import { check as limitRange } from '#checks/tenancy/limit-range.ts'
import { check as mixed } from '#checks/tenancy/mixed-tenants.ts'
import { check as owner } from '#checks/tenancy/namespace-owner.ts'
import { check as counts } from '#checks/tenancy/object-counts.ts'
import { check as quota } from '#checks/tenancy/resource-quota.ts'
import { check as storage } from '#checks/tenancy/storage-quota.ts'
import { verdicts, workload } from '../encryption/support.ts'
import { lines, run } from '../support.ts'

const namespace = (name = 'shop', metadata: object = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata } })
const yaml = (...objects: object[]) => objects.map((o) => JSON.stringify(o)).join('\n---\n')

describe('default-namespace', () => {
  const thing = (kind: string, name: string, ns = 'default') => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: ns },
    spec: { ports: [] },
  })
  test.each([
    ['empty', [], 'pass empty'],
    ['what the cluster puts there', [thing('Service', 'kubernetes'), thing('ConfigMap', 'kube-root-ca.crt')], 'pass empty'],
    ['a Service', [thing('Service', 'web')], 'fail used'],
    ['a ConfigMap', [thing('ConfigMap', 'web')], 'fail used'],
    ['elsewhere', [thing('ConfigMap', 'web', 'shop'), workload('web')], 'pass empty'],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(inDefault, [namespace('default', { uid: 'u' }), ...objects])).toEqual([`default: ${expected}`])
  })
  test('what is there is said; a folder without that namespace says nothing', () => {
    const web = workload('web', {}, {}, 'Deployment', 'default')
    expect(lines(inDefault, run(inDefault, yaml(namespace('default', { uid: 'u' }), web, thing('Service', 'a'))))).toEqual([
      'fail Namespace default: Holds 1 workload (Deployment web), 1 Service.',
    ])
    expect(run(inDefault, yaml(web))).toEqual([])
    expect(run(inDefault, yaml(web, namespace('kube-system')))).toHaveLength(1)
  })
})

describe('namespace-owner', () => {
  test.each([
    [{ labels: { owner: 'ada' } }, 'pass owned'],
    [{ labels: { 'example.org/Team': 'x' } }, 'pass owned'],
    [{ labels: { owned_by: 'x' } }, 'pass owned'],
    [{ annotations: { 'example.org/contact': 'x' } }, 'pass owned'],
    [{ labels: { owner: '' } }, 'fail nobody'],
    [{ labels: { 'owner/name': 'x' } }, 'fail nobody'],
    [{ labels: { steam: 'x' } }, 'fail nobody'],
    [{}, 'fail nobody'],
  ])('%j', (metadata, expected) => {
    expect(verdicts(owner, [namespace('shop', metadata)])).toEqual([`shop: ${expected}`])
    expect(verdicts(owner, [namespace('kube-system', metadata), namespace('default', metadata)])).toEqual([])
  })
})

describe('mixed-tenants', () => {
  test.each([
    ['two of a key', [workload('a', { labels: { team: 'x' } }), workload('b', { labels: { team: 'y' } })], ['shop: fail mixed']],
    ['the same twice', [workload('a', { labels: { team: 'x' } }), workload('b', { labels: { team: 'x' } })], ['shop: pass one']],
    ['two keys of one each', [workload('a', { labels: { team: 'x', tenant: 'z' } })], ['shop: pass one']],
    [
      'the second key is mixed',
      [workload('a', { labels: { team: 'x', tenant: '1' } }), workload('b', { labels: { tenant: '2' } })],
      ['shop: fail mixed'],
    ],
    ['no labels', [workload('a')], []],
  ])('%s', (_, objects, expected) => {
    const pods = objects.map((o) => ({ ...o, spec: { template: { ...o.spec.template, spec: { containers: [{ name: 'app' }] } } } }))
    expect(verdicts(mixed, pods)).toEqual(expected)
  })
})

describe('cross-namespace-bindings', () => {
  const binding = (subject: object, metadata: object = {}, role = 'edit') => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'b', namespace: 'shop', ...metadata },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  })
  test.each([
    ['of another namespace', binding({ kind: 'ServiceAccount', name: 'a', namespace: 'ci' }), ['b: fail crosses']],
    ['of its own', binding({ kind: 'ServiceAccount', name: 'a', namespace: 'shop' }), ['b: pass stays']],
    ['written as a user', binding({ kind: 'User', name: 'system:serviceaccount:ci:a' }), ['b: fail crosses']],
    ['all of another namespace', binding({ kind: 'Group', name: 'system:serviceaccounts:ci' }), ['b: fail crosses']],
    ['all of its own', binding({ kind: 'Group', name: 'system:serviceaccounts:shop' }), ['b: pass stays']],
    ['people', binding({ kind: 'User', name: 'ada' }), ['b: pass stays']],
    [
      'what extensions need',
      binding(
        { kind: 'ServiceAccount', name: 'a', namespace: 'ci' },
        { namespace: 'kube-system' },
        'extension-apiserver-authentication-reader',
      ),
      [],
    ],
  ])('%s', (_, object, expected) => {
    expect(verdicts(crossing, [object])).toEqual(expected)
  })
})

describe('quotas', () => {
  const hard = (hard: object, spec: object = {}, ns = 'shop') => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: ns },
    spec: { hard, ...spec },
  })
  test.each([
    [quota, 'none', [], 'fail none'],
    [quota, 'in another namespace', [hard({ cpu: 1 }, {}, 'other')], 'fail none'],
    [quota, 'cpu is requests.cpu', [hard({ cpu: 1 })], 'pass bounded'],
    [quota, 'of a part of the pods', [hard({ cpu: 1 }, { scopes: ['BestEffort'] })], 'fail scoped'],
    [quota, 'of a part, and of all', [hard({ cpu: 1 }, { scopes: ['BestEffort'] }), hard({ cpu: 2 })], 'pass bounded'],
    [quota, 'something else', [hard({ pods: 1 })], 'fail others'],
    [quota, 'nothing', [hard({})], 'fail others'],
    [storage, 'requests.storage', [hard({ 'requests.storage': '1Gi' })], 'pass bounded'],
    [storage, 'of one class', [hard({ 'fast.storageclass.storage.k8s.io/requests.storage': '1Gi' })], 'pass bounded'],
    [storage, 'claims', [hard({ persistentvolumeclaims: 1 })], 'pass bounded'],
    [storage, 'memory', [hard({ 'requests.memory': 1 })], 'fail others'],
    [counts, 'pods', [hard({ pods: 1 })], 'pass bounded'],
    [counts, 'by count/', [hard({ 'count/jobs.batch': 1 })], 'pass bounded'],
    [counts, 'storage', [hard({ 'requests.storage': 1 })], 'fail others'],
  ])('$id: %s', (check, _, objects, expected) => {
    expect(verdicts(check, [namespace(), ...objects])).toEqual([`shop: ${expected}`])
    expect(verdicts(check, [namespace('kube-system'), ...objects])).toEqual([])
  })
  test('what is bounded is said', () => {
    expect(lines(storage, run(storage, yaml(namespace(), hard({ cpu: 1, pods: 2 }))))).toEqual([
      'fail Namespace shop: Its quota bounds cpu, pods, not storage.',
    ])
  })
})

test('a folder that only names a namespace says nothing of what that namespace lacks', () => {
  for (const check of [quota, storage, counts, limitRange, owner]) {
    expect(run(check, yaml(workload('web')))).toEqual([])
    expect(run(check, yaml(workload('web'), namespace()))).toMatchObject([{ status: 'fail' }])
  }
})

test('limit-range: something of the memory of containers', () => {
  const range = (limits: object) => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'r', namespace: 'shop' },
    spec: { limits: [limits] },
  })
  const told = (...objects: object[]) => verdicts(limitRange, [namespace(), ...objects])
  expect(told()).toEqual(['shop: fail none'])
  expect(told(range({ type: 'Container', max: { memory: '1Gi' } }))).toEqual(['shop: pass given'])
  expect(told(range({ type: 'Container', default: { cpu: 1 } }))).toEqual(['shop: fail others'])
  expect(told(range({ type: 'Pod', max: { memory: '1Gi' } }))).toEqual(['shop: fail others'])
})

test('guided items are said of a cluster that was seen, never of a folder', () => {
  const calico = workload('calico-node', {}, {}, 'DaemonSet', 'kube-system')
  expect(verdicts(pools, [namespace('kube-system'), calico])).toEqual(['cluster: manual attest'])
  expect(verdicts(pools, [namespace('kube-system')])).toEqual(['cluster: not-applicable none'])
  expect(verdicts(pools, [calico])).toEqual([])
  expect(run(boundaries, yaml(namespace('kube-system'), namespace('shop', { labels: { team: 'x' } }), namespace('b')))).toMatchObject([
    { status: 'manual', params: { count: 2, owned: 1, names: 'shop, b' } },
  ])
  expect(run(boundaries, yaml(namespace('kube-system')), { complete: false })).toEqual([])
  expect(run(boundaries, yaml(namespace('shop')))).toEqual([])
})
