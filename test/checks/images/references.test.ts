import { describe, expect, test } from 'vitest'
import { check as digest } from '#checks/images/digest.ts'
import { check as policy } from '#checks/images/pull-policy.ts'
import { check as retired } from '#checks/images/retired-registry.ts'
import { check as tag } from '#checks/images/tag.ts'
import { namespace, verdicts, workload } from '../encryption/support.ts'

const SHA = `sha256:${'a'.repeat(64)}`
const images = (...list: readonly string[]) => workload('web', { containers: list.map((image, i) => ({ name: `c${i}`, image })) })
const pod = (name: string, containers: readonly object[], owner?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    labels: { 'pod-template-hash': '1' },
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${owner}-1`, controller: true }] }),
  },
  spec: { containers },
})

describe('tag', () => {
  test.each([
    [['nginx'], 'fail latest'],
    [['nginx:latest'], 'fail latest'],
    [['registry:5000/nginx'], 'fail latest'],
    [['nginx:1.29', 'busybox'], 'fail latest'],
    [['nginx:stable'], 'pass versions'],
    [[`nginx@${SHA}`], 'pass versions'],
    [[`nginx:latest@${SHA}`], 'pass versions'],
    [['Nginx:1'], 'fail invalid'],
    [['nginx:1:2'], 'fail invalid'],
    [['nginx@sha256:short'], 'fail invalid'],
    [['nginx:1.29', ''], 'pass versions'],
  ])('%s', (list, expected) => {
    expect(verdicts(tag, [images(...list)])).toEqual([`web: ${expected}`])
  })

  test('a container without an image is nothing to look at: an injector writes it in', () => {
    expect(verdicts(tag, [images('')])).toEqual([])
  })

  test('an injected sidecar counts at its owner, once for all replicas', () => {
    const containers = [{ name: 'c0', image: 'nginx:1.29' }]
    const both = [...containers, { name: 'proxy', image: 'example.com/proxy' }]
    expect(verdicts(tag, [images('nginx:1.29'), pod('a', both, 'web'), pod('b', both, 'web')])).toEqual(['web: fail latest'])
    expect(verdicts(tag, [images('nginx:1.29'), pod('a', containers, 'web')])).toEqual(['web: pass versions'])
  })

  test('a pod of an earlier revision is not the workload’s image any more', () => {
    const old = [{ name: 'c0', image: 'nginx:latest' }]
    expect(verdicts(tag, [images('nginx:1.29'), pod('a', old, 'web')])).toEqual(['web: pass versions'])
  })
})

describe('digest', () => {
  test.each([
    [['nginx:1.29'], 'fail open'],
    [[`nginx@${SHA}`, 'nginx:1.29'], 'fail open'],
    [[`nginx:1.29@${SHA}`], 'pass pinned'],
  ])('%s', (list, expected) => {
    expect(verdicts(digest, [images(...list)])).toEqual([`web: ${expected}`])
  })

  test('what came with the cluster is its makers’', () => {
    expect(
      verdicts(digest, [workload('dns', { containers: [{ name: 'c', image: 'coredns:1' }] }, {}, 'Deployment', 'kube-system')]),
    ).toEqual([])
  })
})

describe('pull policy', () => {
  const with_ = (image: string, imagePullPolicy?: string) => workload('web', { containers: [{ name: 'c', image, imagePullPolicy }] })
  const server = (plugins: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'kube-apiserver-a', namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': '1' } },
    spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', `--enable-admission-plugins=${plugins}`] }] },
  })

  test.each([
    ['nginx:latest', 'IfNotPresent', 'fail kept'],
    ['nginx', 'Never', 'fail kept'],
    ['nginx:latest', 'Always', 'pass fits'],
    ['nginx', undefined, 'pass fits'],
    ['nginx:1.29', 'IfNotPresent', 'pass fits'],
    [`nginx:latest@${SHA}`, 'IfNotPresent', 'pass fits'],
  ])('%s, %s', (image, pull, expected) => {
    expect(verdicts(policy, [with_(image, pull)])).toEqual([`web: ${expected}`])
  })

  test('AlwaysPullImages asks for all of them, whatever they say', () => {
    const objects = [namespace('kube-system'), server('NodeRestriction,AlwaysPullImages'), with_('nginx', 'IfNotPresent')]
    expect(verdicts(policy, objects)).toEqual(['web: pass forced'])
    expect(verdicts(policy, [server('NodeRestriction'), with_('nginx', 'IfNotPresent')])).toEqual(['web: fail kept'])
  })
})

test.each([
  ['k8s.gcr.io/pause:3.9', 'fail retired'],
  ['gcr.io/google-containers/pause:3.9', 'fail retired'],
  ['gcr.io/google-containers-of-ours/pause:3.9', 'pass current'],
  ['bitnamilegacy/redis:8', 'fail retired'],
  ['bitnamilegacyx/redis:8', 'pass current'],
  ['registry.k8s.io/pause:3.10', 'pass current'],
])('%s: %s', (image, expected) => {
  expect(verdicts(retired, [images(image)])).toEqual([`web: ${expected}`])
})
