import { describe, expect, test } from 'vitest'
import { check as debugging } from '#checks/workloads/debugging.ts'
import { check as naked } from '#checks/workloads/naked-pods.ts'
import { check as version } from '#checks/workloads/pod-security-version.ts'
import { check as warn } from '#checks/workloads/pod-security-warn.ts'
import { check as psp } from '#checks/workloads/psp-leftovers.ts'
import { verdicts } from '../encryption/support.ts'
import { run } from '../support.ts'

const P = 'pod-security.kubernetes.io/'
const namespace = (labels: Readonly<Record<string, string>>, name = 'shop') => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: Object.fromEntries(Object.entries(labels).map(([k, v]) => [`${P}${k}`, v])) },
})

describe('pod-security-version', () => {
  test.each([
    [{ enforce: 'baseline' }, ['shop: fail latest']],
    [{ enforce: 'baseline', 'enforce-version': 'latest' }, ['shop: fail latest']],
    [{ enforce: 'baseline', 'enforce-version': '1.36' }, ['shop: fail unread']],
    [{ enforce: 'baseline', 'enforce-version': 'v1.99' }, ['shop: pass pinned']],
    [{ enforce: 'privileged' }, []],
    [{}, []],
  ])('%j', (labels, expected) => {
    expect(verdicts(version, [namespace(labels)])).toEqual(expected)
  })
})

describe('pod-security-warn', () => {
  test.each([
    [{ warn: 'restricted', audit: 'restricted' }, ['shop: pass told']],
    [{ warn: 'restricted' }, ['shop: fail silent']],
    [{ warn: 'baseline', audit: 'restricted' }, ['shop: fail silent']],
    [{ enforce: 'restricted' }, ['shop: fail enforced']],
  ])('%j', (labels, expected) => {
    expect(verdicts(warn, [namespace(labels)])).toEqual(expected)
    expect(verdicts(warn, [namespace(labels, 'kube-system')])).toEqual([])
  })
})

describe('psp-leftovers', () => {
  const role = (rule: object, kind = 'ClusterRole') => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: 'r', ...(kind === 'Role' ? { namespace: 'shop' } : {}) },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }, rule],
  })
  test.each([
    ['policy', role({ apiGroups: ['policy'], resources: ['podsecuritypolicies'], verbs: ['use'] }), 'r: fail left'],
    [
      'extensions, in a Role',
      role({ apiGroups: ['extensions'], resources: ['podsecuritypolicies'], verbs: ['use'] }, 'Role'),
      'r: fail left',
    ],
    ['a resource of somebody else', role({ apiGroups: ['x.io'], resources: ['podsecuritypolicies'], verbs: ['use'] }), 'r: pass clean'],
    ['everything', role({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }), 'r: pass clean'],
  ])('%s', (_, object, expected) => {
    expect(verdicts(psp, [object])).toEqual([expected])
  })
})

test('naked-pods: static pods are their node’s', () => {
  const pod = (metadata: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', ...metadata }, spec: {} })
  expect(verdicts(naked, [pod({})])).toEqual(['p: fail naked'])
  expect(verdicts(naked, [pod({ annotations: { 'kubernetes.io/config.mirror': 'x' } })])).toEqual([])
  const owned = pod({ ownerReferences: [{ apiVersion: 'x.io/v1', kind: 'Runner', name: 'r', controller: true }] })
  expect(verdicts(naked, [owned])).toEqual(['r: pass owned'])
})

test('debugging: said of a cluster that was seen, never of a folder', () => {
  const yaml = [namespace({}, 'kube-system'), namespace({ enforce: 'restricted' })].map((o) => JSON.stringify(o)).join('\n---\n')
  expect(run(debugging, yaml)).toMatchObject([{ status: 'manual', params: { restricted: 1, namespaces: 1 } }])
  expect(run(debugging, yaml, { complete: false })).toEqual([])
  expect(run(debugging, JSON.stringify(namespace({})))).toEqual([])
})
