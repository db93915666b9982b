import { describe, expect, test } from 'vitest'
import { check as ingress } from '#checks/network/default-deny.ts'
import { check as egress } from '#checks/network/default-deny-egress.ts'
import { check as metadata } from '#checks/network/metadata-address.ts'
import { check as open } from '#checks/network/open-rules.ts'
import { check as nothing } from '#checks/network/selects-nothing.ts'
import { namespace, policy, verdicts, workload } from '../encryption/support.ts'

const shop = namespace('shop')
const sameNamespace = [{ from: [{ podSelector: {} }] }]

describe('default-deny', () => {
  test.each([
    ['nothing', [shop], ['shop: fail open']],
    ['policyTypes absent means Ingress', [shop, policy('d', { podSelector: {} })], ['shop: pass denied']],
    ['no podSelector selects all', [shop, policy('d', {})], ['shop: pass denied']],
    ['deny of egress only', [shop, policy('d', { podSelector: {}, policyTypes: ['Egress'] })], ['shop: fail open']],
    ['all pods isolated, own namespace let in', [shop, policy('d', { podSelector: {}, ingress: sameNamespace })], ['shop: pass isolated']],
    ['denied and opened: they add up', [shop, policy('d', {}), policy('o', { podSelector: {}, ingress: [{}] })], ['shop: fail opened']],
    [
      'opened for some pods only',
      [shop, policy('d', {}), policy('o', { podSelector: { matchLabels: { a: 'b' } }, ingress: [{}] })],
      ['shop: pass denied'],
    ],
    [
      'some pods',
      [shop, workload('web', { labels: { app: 'web' } }), policy('d', { podSelector: { matchLabels: { app: 'web' } } })],
      ['shop: fail partly'],
    ],
    ['in another namespace', [shop, policy('d', {}, 'other')], ['shop: fail open']],
    ['the system’s namespaces are not judged', [namespace('kube-system'), namespace('kube-public')], []],
    ['nor one that ends', [namespace('old', { phase: 'Terminating' })], []],
    ['the namespace default is', [namespace('default')], ['default: fail open']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(ingress, objects)).toEqual(expected)
  })
})

describe('default-deny-egress', () => {
  test.each([
    ['policyTypes absent, no egress rules', [shop, policy('d', {})], ['shop: fail open']],
    ['an empty list is like none', [shop, policy('d', { egress: [] })], ['shop: fail open']],
    ['policyTypes absent, egress rules', [shop, policy('d', { egress: [{ ports: [{ port: 53 }] }] })], ['shop: pass isolated']],
    ['everything let out', [shop, policy('d', { egress: [{}] })], ['shop: fail opened']],
    ['both', [shop, policy('d', { policyTypes: ['Ingress', 'Egress'] })], ['shop: pass denied']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(egress, objects)).toEqual(expected)
  })
})

describe('open-rules', () => {
  const rule = (r: object, more: object[] = []) => [policy('p', { podSelector: {}, ingress: [...more, r] })]
  test.each([
    ['an empty rule', rule({}), ['p: fail open']],
    ['an empty from', rule({ from: [] }), ['p: fail open']],
    ['the internet', rule({ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }), ['p: fail open']],
    ['the IPv6 internet', rule({ from: [{ ipBlock: { cidr: '::/0' } }] }), ['p: fail open']],
    ['the internet but', rule({ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }), ['p: pass named']],
    ['one port', rule({ ports: [{ port: 443 }] }), ['p: pass named']],
    ['a protocol is every port', rule({ ports: [{ protocol: 'TCP' }] }), ['p: fail open']],
    ['every port in a range', rule({ ports: [{ port: 1, endPort: 65535 }] }), ['p: fail open']],
    ['the second rule', rule({}, [{ from: [{ podSelector: {} }] }]), ['p: fail open']],
    ['its own namespace', rule({ from: [{ podSelector: {} }] }), ['p: pass named']],
    [
      'some pods of every namespace',
      rule({ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { a: 'b' } } }] }),
      ['p: pass named'],
    ],
    ['rules that do not count', [policy('p', { policyTypes: ['Egress'], ingress: [{}] })], []],
    ['deny all', [policy('p', {})], ['p: pass named']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(open, objects)).toEqual(expected)
  })
})

describe('selects-nothing', () => {
  const p = policy('p', { podSelector: { matchLabels: { app: 'web' } } })
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', namespace: 'shop', labels: { app: 'web' } }, spec: {} }
  test.each([
    ['no pods at all', [p], ['p: fail none']],
    ['all pods, of which there are none', [policy('p', {})], ['p: pass all']],
    ['a template', [p, workload('web', { labels: { app: 'web' } })], ['p: pass some']],
    ['a bare pod', [p, pod], ['p: pass some']],
    ['in another namespace', [p, workload('web', { labels: { app: 'web' } }, {}, 'Deployment', 'other')], ['p: fail none']],
    [
      'a label that only the running pod has',
      [
        policy('p', { podSelector: { matchLabels: { 'apps.kubernetes.io/pod-index': '0' } } }),
        workload('db', {}, {}, 'StatefulSet'),
        {
          ...pod,
          metadata: {
            ...pod.metadata,
            labels: { 'apps.kubernetes.io/pod-index': '0' },
            ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }],
          },
        },
      ],
      ['p: pass some'],
    ],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(nothing, objects)).toEqual(expected)
  })
})

describe('metadata-address', () => {
  const node = (providerID?: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { providerID } })
  const aws = node('aws:///x/i-1')
  const web = workload('web', { labels: { app: 'web' } })
  const block = (except: string[], podSelector: object = {}) =>
    policy('b', { podSelector, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except } }] }] })
  test.each([
    ['open', [aws, shop, web], ['shop: fail reachable']],
    ['denied by an exception', [aws, shop, web, block(['169.254.0.0/16'])], ['shop: pass denied']],
    ['denied for another pod', [aws, shop, web, block(['169.254.169.254/32'], { matchLabels: { app: 'db' } })], ['shop: fail reachable']],
    ['a neighbour is excepted', [aws, shop, web, block(['169.254.169.253/32'])], ['shop: fail reachable']],
    ['no workload yet', [aws, shop], ['shop: fail newPods']],
    [
      'DNS at that address is fine',
      [
        aws,
        shop,
        web,
        policy('d', {
          egress: [
            {
              ports: [
                { port: 53, protocol: 'UDP' },
                { port: 53, protocol: 'TCP' },
              ],
            },
          ],
        }),
      ],
      ['shop: pass denied'],
    ],
    [
      'pods on the host’s network are not for policies',
      [aws, shop, workload('a', { hostNetwork: true }), block(['169.254.169.254/32'])],
      ['shop: pass denied'],
    ],
    ['nor are they counted among the workloads', [aws, shop, workload('a', { hostNetwork: true })], ['shop: fail newPods']],
    ['a cloud nobody knows', [node('newcloud://1'), shop], ['shop: fail newPods']],
    ['bare metal', [node(), shop], ['cluster: not-applicable noCloud']],
    ['kind', [node('kind://docker/kind/n'), shop], ['cluster: not-applicable noCloud']],
    ['no nodes seen', [shop], ['cluster: unknown unseen']],
  ])('%s', (_, objects, expected) => {
    expect(verdicts(metadata, objects)).toEqual(expected)
  })
  test('a managed cluster is a cloud even where no node shows it', () => {
    expect(verdicts(metadata, [shop], 'gke')).toEqual(['shop: fail newPods'])
  })
})
