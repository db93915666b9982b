import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { check as anonymous } from '#checks/access/anonymous-requests.ts'
import { check as certificate } from '#checks/access/client-certificate-user.ts'
import { check as csr } from '#checks/access/csr-approve.ts'
import { check as dangling } from '#checks/access/dangling-bindings.ts'
import { check as defaults } from '#checks/access/default-service-account.ts'
import { check as longLived } from '#checks/access/long-lived-tokens.ts'
import { check as people } from '#checks/access/sign-in-of-people.ts'
import { check as staticTokens } from '#checks/access/static-token-file.ts'
import { check as automount } from '#checks/access/token-automount.ts'
import type { Check } from '#model/check.ts'
import { lines, run } from '../support.ts'
import { bind, role, rule } from './yaml.ts'

type Fields = Readonly<Record<string, unknown>>
const all = (...documents: readonly string[]) => documents.join('---\n')
const said = (check: Check, ...documents: readonly string[]) => lines(check, run(check, all(...documents)))
const statuses = (check: Check, ...documents: readonly string[]) => said(check, ...documents).map((line) => line.split(' ')[0])

const account = (namespace: string, name: string, more: Fields = {}) =>
  stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, ...more })
const pod = (name: string, spec: Fields = {}, metadata: Fields = {}, status: Fields = { phase: 'Running' }) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...metadata },
    spec: { containers: [{ name: 'a', image: 'a' }], ...spec },
    status,
  })
const deployment = (name: string, spec: Fields = {}) =>
  stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'a', image: 'a' }], ...spec } } },
  })
const probe = (kind: string, more: Fields) => stringify({ apiVersion: 'probe.kubeharden/v1', kind, metadata: { name: 'x' }, ...more })

test('tokens: the pod’s word goes before the account’s, and a binding is a reason to mount', () => {
  const off = account('shop', 'web', { automountServiceAccountToken: false })
  expect(statuses(automount, account('shop', 'web'), deployment('d', { serviceAccountName: 'web' }))).toEqual(['fail'])
  expect(statuses(automount, off, deployment('d', { serviceAccountName: 'web' }))).toEqual(['pass'])
  expect(statuses(automount, off, deployment('d', { serviceAccountName: 'web', automountServiceAccountToken: true }))).toEqual(['fail'])
  const bound = (subject: string) => bind('RoleBinding other/x', 'ClusterRole view', subject)
  for (const subject of ['ServiceAccount shop/web', 'User system:serviceaccount:shop:web', 'Group system:serviceaccounts:shop'])
    expect(statuses(automount, bound(subject), deployment('d', { serviceAccountName: 'web' })), subject).toEqual(['pass'])
  expect(statuses(automount, bound('ServiceAccount blog/web'), deployment('d', { serviceAccountName: 'web' }))).toEqual(['fail'])
})

test('tokens: one finding for a workload, however many pods it has; none for what holds no token', () => {
  const owned = (name: string) =>
    pod(
      name,
      {},
      {
        labels: { 'pod-template-hash': 'abc' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'd-abc', controller: true }],
      },
    )
  expect(said(automount, deployment('d'), owned('d-abc-1'), owned('d-abc-2'))).toEqual([
    'fail Deployment d: Its pods carry the token of the service account default, to which nothing is bound.',
  ])
  expect(statuses(automount, pod('done', {}, {}, { phase: 'Succeeded' }))).toEqual([])
  expect(statuses(automount, pod('static', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }))).toEqual([])
  expect(said(automount, pod('alone'))).toEqual([expect.stringMatching(/^fail Pod alone/)])
})

test('default accounts: bound, used, idle', () => {
  const sa = account('shop', 'default')
  expect(said(defaults, sa, bind('RoleBinding shop/r', 'ClusterRole view', 'ServiceAccount shop/default'))[0]).toMatch(
    /^fail .*RoleBinding shop\/r/,
  )
  expect(said(defaults, sa, pod('a'), pod('b', { serviceAccountName: 'default' }))[0]).toMatch(
    /^fail .*that run as the service account default and carry its token: 2/,
  )
  expect(statuses(defaults, sa, pod('a', { serviceAccountName: 'own' }), pod('b', { automountServiceAccountToken: false }))).toEqual([
    'pass',
  ])
  expect(statuses(defaults, account('shop', 'default', { automountServiceAccountToken: false }), pod('a'))).toEqual(['pass'])
  expect(statuses(defaults, account('blog', 'default'), pod('a'))).toEqual(['pass'])
})

test('long-lived tokens: each Secret by itself, one pass for a namespace without', () => {
  const secret = (namespace: string, name: string, type: string) =>
    stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, ageDays: 400 })
  const token = 'kubernetes.io/service-account-token'
  expect(said(longLived, secret('shop', 'a', token), secret('shop', 'b', token), secret('blog', 'c', 'Opaque')).toSorted()).toEqual([
    'fail Secret a: This Secret holds a service account token that never expires; it is 400 days old.',
    'fail Secret b: This Secret holds a service account token that never expires; it is 400 days old.',
    'pass Namespace blog: No Secret of blog holds a service account token.',
  ])
})

test('dangling: gone is said only where it was looked', () => {
  const binding = (subject: string) => bind('ClusterRoleBinding x', 'ClusterRole view', subject)
  const shop = account('shop', 'default')
  expect(said(dangling, shop, binding('ServiceAccount shop/old'))).toEqual([
    'fail ClusterRoleBinding x: ServiceAccount shop/old does not exist; whoever creates it gets ClusterRole view cluster-wide.',
  ])
  expect(statuses(dangling, shop, binding('User system:serviceaccount:shop:old'))).toEqual(['fail'])
  expect(statuses(dangling, shop, binding('ServiceAccount hidden/old'))).toEqual(['unknown'])
  // A whole cluster: the namespace is gone. With a gap in what was read, nobody knows.
  const whole = all(account('kube-system', 'default'), shop, binding('ServiceAccount hidden/default'))
  expect(lines(dangling, run(dangling, whole))[0]).toMatch(/^fail .*hidden\/default does not exist/)
  expect(lines(dangling, run(dangling, whole, { complete: false }))[0]).toMatch(/^unknown /)
  expect(statuses(dangling, account('shop', 'ci'), binding('ServiceAccount shop/default'))).toEqual(['pass'])
  expect(statuses(dangling, shop, binding('User ada'))).toEqual(['pass'])
  expect(statuses(dangling, bind('ClusterRoleBinding x', 'ClusterRole gone', 'User ada'))).toEqual(['fail'])
  expect(statuses(dangling, bind('ClusterRoleBinding x', 'ClusterRole system:auth-delegator', 'User ada'))).toEqual(['pass'])
  expect(
    statuses(
      dangling,
      bind('ClusterRoleBinding system:kube-dns', 'ClusterRole system:kube-dns', 'ServiceAccount kube-system/kube-dns', true),
    ),
  ).toEqual([])
})

test('certificates: both halves of the right count, also from two bindings of one subject', () => {
  const group = 'certificates.k8s.io'
  const approval = rule('update', 'certificatesigningrequests/approval', { group })
  const signer = (name: string) => rule('approve', 'signers', { group, names: [name] })
  const client = 'kubernetes.io/kube-apiserver-client'
  const one = (...rules: string[]) => [role('ClusterRole a', ...rules), bind('ClusterRoleBinding a', 'ClusterRole a', 'User ada')]
  const other = (to: string) => [role('ClusterRole b', signer(client)), bind('ClusterRoleBinding b', 'ClusterRole b', to)]
  expect(statuses(csr, ...one(approval, signer(client)))).toEqual(['fail'])
  expect(statuses(csr, ...one(approval, signer('kubernetes.io/*')))).toEqual(['fail'])
  expect(statuses(csr, ...one(approval, signer('kubernetes.io/kubelet-serving')))).toEqual(['pass'])
  expect(statuses(csr, ...one(approval, signer('example.org/*')))).toEqual(['pass'])
  expect(statuses(csr, ...one(approval))).toEqual(['pass'])
  expect(statuses(csr, ...one(approval), ...other('User ada')).toSorted()).toEqual(['fail', 'pass'])
  expect(statuses(csr, ...one(approval), ...other('User eve')).toSorted()).toEqual(['pass', 'pass'])
  const sign = [rule('patch', 'certificatesigningrequests/status', { group }), rule('sign', 'signers', { group })]
  expect(statuses(csr, ...one(...sign))).toEqual(['fail'])
  expect(statuses(csr, ...one(rule('*', '*', { group })))).toEqual([])
})

test('anonymous requests: what the API answers decides; health may be open', () => {
  const answer = (path: string, code: number) => statuses(anonymous, probe('AnonymousProbe', { path, code }))[0]
  expect(answer('/api/v1/namespaces', 401)).toBe('pass')
  expect(answer('/api/v1/namespaces', 403)).toBe('fail')
  expect(answer('/api/v1/namespaces', 200)).toBe('fail')
  expect(answer('/api/v1/namespaces', 503)).toBe('unknown')
  expect(answer('/livez', 200)).toBe('pass')
})

test('static tokens: every API server by itself; none to see is unknown', () => {
  const server = (node: string, ...flags: string[]) =>
    stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `kube-apiserver-${node}`, namespace: 'kube-system', annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...flags] }] },
    })
  expect(statuses(staticTokens, server('a'), server('b', '--token-auth-file', '/t.csv'))).toEqual(['pass', 'fail'])
  expect(said(staticTokens, pod('shop'))[0]).toMatch(/^unknown Namespace kube-system/)
})

test('your own sign-in: certificate, short certificate, system:masters, none', () => {
  const identity = (credential: string, hours: number, organization = 'team', groups: string[] = []) => {
    const notBefore = '2026-01-01T00:00:00Z'
    const notAfter = new Date(Date.parse(notBefore) + hours * 3_600_000).toISOString()
    return said(
      certificate,
      probe('IdentityProbe', { groups, credential, certificate: { organizations: [organization], notBefore, notAfter } }),
    )[0]
  }
  expect(identity('client-certificate', 8760)).toMatch(/^fail .*cannot be revoked before/)
  expect(identity('client-certificate', 8)).toMatch(/^pass/)
  expect(identity('client-certificate', 8, 'system:masters')).toMatch(/^fail .*system:masters/)
  expect(identity('client-certificate', 8, 'team', ['system:masters'])).toMatch(/^fail .*system:masters/)
  expect(identity('exec', 8760)).toMatch(/^pass .*by exec/)
  expect(statuses(certificate, probe('IdentityProbe', { groups: [], credential: 'client-certificate' }))).toEqual(['fail'])
})

test('sign-in of people is asked, with a count of those who are named', () => {
  const yaml = bind(
    'ClusterRoleBinding x',
    'ClusterRole view',
    'User ada, User ada, Group dev, User system:serviceaccount:shop:ci, User system:x',
  )
  expect(said(people, yaml)[0]).toMatch(/^manual .*name people: 1 by user name, 1 by group/)
  expect(said(people, '')[0]).toMatch(/^manual .*cannot tell how people sign in\. Look/)
})
