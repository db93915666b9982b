import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/model/kinds.ts'
import { problemOf } from '../../src/model/questions.ts'
import type { State } from '../../src/model/state.ts'
import { connect } from '../../src/simulate/network/decide.ts'
import type { PodEnd, Port } from '../../src/simulate/network/endpoints.ts'
import { worldOf } from '../../src/simulate/network/world.ts'
import { impactsOf, objectsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.networkPolicies
const SHOP = { inNamespaces: ['shop'] }
const policiesOf = (given: Record<string, unknown>, state: State = SAMPLE) =>
  objectsOf(planOf(wizard, state, { ...SHOP, ...given })).map((o) => KINDS.networkPolicies.schema.parse(o))

let pods = 0
const pod = (namespace: string, labels: Record<string, string> = {}): PodEnd => {
  pods += 1
  return { kind: 'pod', namespace, name: `pod-${pods}`, labels, named: [] }
}
const DNS = pod('kube-system', { 'k8s-app': 'kube-dns' })
const names = new Map(
  [
    ['shop', {}],
    ['ci', {}],
    ['kube-system', {}],
  ].map(([n]) => [n as string, { 'kubernetes.io/metadata.name': n as string }]),
)
const reaches = (given: Record<string, unknown>, from: PodEnd, to: PodEnd, port = 8080, protocol: 'TCP' | 'UDP' = 'TCP') =>
  connect(worldOf(policiesOf(given), { namespaces: names }), from, to, { port, protocol }).verdict === 'allowed'

const leaves = (policies: Parameters<typeof worldOf>[0], ip: string, port: Port) =>
  connect(worldOf(policies), pod('shop'), { kind: 'outside', ip }, port).verdict === 'allowed'

describe('default-deny', () => {
  it('cuts what comes in, and leaves what goes out', () => {
    expect(reaches({}, pod('ci'), pod('shop'))).toBe(false)
    expect(reaches({}, pod('shop'), pod('shop'))).toBe(false)
    expect(reaches({}, pod('shop'), pod('ci'))).toBe(true)
  })

  it('cuts what goes out, but not DNS over UDP and TCP', () => {
    const both = { direction: 'both' }
    expect(reaches(both, pod('shop'), pod('ci'))).toBe(false)
    expect(reaches(both, pod('shop'), DNS, 53, 'UDP')).toBe(true)
    expect(reaches(both, pod('shop'), DNS, 53, 'TCP')).toBe(true)
    expect(reaches(both, pod('shop'), pod('kube-system', {}), 53, 'UDP')).toBe(false)
    expect(reaches({ ...both, dns: false }, pod('shop'), DNS, 53, 'UDP')).toBe(false)
  })

  it('allows the API server by its Service and by its node, and the DNS cache where there is one', () => {
    const given = { direction: 'egress', allowApiServer: true, nodeLocalDns: true }
    const to = (ip: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP') => leaves(policiesOf(given), ip, { port, protocol })
    expect([to('10.96.0.1', 443), to('172.30.0.2', 6443), to('169.254.20.10', 53, 'UDP')]).toEqual([true, true, true])
    expect([to('172.30.0.2', 10250), to('1.1.1.1', 443), to('169.254.169.254', 80)]).toEqual([false, false, false])
  })

  it('comes last, after what it must not cut, and is one policy for each direction', () => {
    expect(policiesOf({ direction: 'both', allowApiServer: false }).map((p) => p.metadata.name)).toEqual([
      'allow-dns',
      'default-deny-ingress',
      'default-deny-egress',
    ])
  })
})

it('allow-app: one application reaches another, on its port, and nobody else does', () => {
  const given = {
    mode: 'allow-app',
    toLabelKey: 'app',
    toLabelValue: 'api',
    fromLabelKey: 'app',
    fromLabelValue: 'web',
    fromNamespace: 'ci',
    ports: ['8080/TCP'],
  }
  const api = pod('shop', { app: 'api' })
  expect(reaches(given, pod('ci', { app: 'web' }), api)).toBe(true)
  expect(reaches(given, pod('ci', { app: 'web' }), api, 9090)).toBe(false)
  expect(reaches(given, pod('ci', { app: 'other' }), api)).toBe(false)
  expect(reaches(given, pod('shop', { app: 'web' }), api)).toBe(false)
  expect(reaches({ ...given, fromNamespace: '' }, pod('shop', { app: 'web' }), api)).toBe(true)
})

it('deny-other-namespaces: the namespace itself, and the ingress controller where there is one', () => {
  const given = { mode: 'deny-other-namespaces' }
  expect(reaches(given, pod('shop'), pod('shop'))).toBe(true)
  expect(reaches(given, pod('ci'), pod('shop'))).toBe(false)
  expect(reaches({ ...given, ingressNamespace: 'ci' }, pod('ci'), pod('shop'))).toBe(true)
})

it('no-public-egress: private addresses and DNS, never the metadata address', () => {
  const to = (ip: string, privateRanges?: string[]) =>
    leaves(policiesOf({ mode: 'no-public-egress', privateRanges }), ip, { port: 80, protocol: 'TCP' })
  expect([to('10.1.2.3'), to('172.16.9.9'), to('192.168.1.1')]).toEqual([true, true, true])
  expect([to('1.1.1.1'), to('169.254.169.254'), to('172.32.0.1')]).toEqual([false, false, false])
  expect([to('169.254.1.1', ['169.254.0.0/16']), to('169.254.169.254', ['169.254.0.0/16'])]).toEqual([true, false])
})

describe('defaults', () => {
  it('the namespaces without default deny; the finding’s alone where there is one', () => {
    expect(wizard.defaults(SAMPLE)).toMatchObject({ mode: 'default-deny', inNamespaces: ['ci', 'default', 'shop'], direction: 'ingress' })
    const finding = { object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } }
    expect(wizard.defaults(SAMPLE, finding)).toMatchObject({
      inNamespaces: ['shop'],
      toLabelKey: 'app',
      toLabelValue: 'api',
      ports: ['8080/TCP'],
    })
  })

  it('where incoming traffic is denied already, what goes out', () => {
    const denied = stateOf(`
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
`)
    expect(wizard.defaults(denied, { object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' } })).toMatchObject({
      direction: 'egress',
    })
    expect(wizard.defaults(denied)).toMatchObject({ inNamespaces: [] })
  })

  it('the check that the finding is of, where it is said', () => {
    const on = (check: string) => wizard.defaults(SAMPLE, { object: { apiVersion: 'v1', kind: 'Namespace', name: 'shop' }, check } as never)
    expect(on('network/default-deny')).toMatchObject({ mode: 'default-deny', direction: 'ingress' })
    expect(on('network/default-deny-egress')).toMatchObject({ mode: 'default-deny', direction: 'egress' })
    expect(on('network/metadata-address')).toMatchObject({ mode: 'no-public-egress' })
  })

  it('addresses of the cluster outside the private ranges are kept reachable', () => {
    const node = stateOf(`
apiVersion: v1
kind: Node
metadata: { name: n }
spec: { podCIDR: 100.64.3.0/24 }
status: { addresses: [{ type: InternalIP, address: 203.0.113.9 }] }
`)
    expect(wizard.defaults(node)).toMatchObject({ privateRanges: expect.arrayContaining(['100.64.3.0/24', '203.0.113.9/32']) })
  })
})

describe('says what is cut', () => {
  it('Services that nobody reaches, and that nothing carries the policies out', () => {
    const lines = impactsOf(wizard, SAMPLE, SHOP)
    expect(lines).toContain('warn: shop/api: port 80/TCP is reached by nobody until a policy allows it.')
    expect(lines.join()).toContain('danger: The network of this cluster (flannel)')
    expect(impactsOf(wizard, EMPTY, SHOP).join()).toContain('could not be seen whether')
  })

  it('an enforced cluster without Services has nothing to say', () => {
    const calico = stateOf(`
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
spec: { template: { spec: { containers: [{ name: calico-node, image: 'quay.io/calico/node:v3.31.0' }] } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`)
    expect(impactsOf(wizard, calico, SHOP)).toEqual([])
  })

  const busy = (policies = '') =>
    stateOf(`
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: web } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { selector: { app: db }, ports: [{ port: 5432 }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: front, namespace: shop }
spec: { rules: [{ host: shop.example, http: { paths: [{ path: /, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
---
apiVersion: v1
kind: Pod
metadata: { name: report, namespace: ci }
spec: { containers: [{ name: a, args: ['--dsn=postgres://db.shop.svc.cluster.local:5432/x'] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: other, namespace: ci }
spec: { containers: [{ name: a, args: ['--dsn=mydb.shop', 'db.shopping', 'web.shop.example.com'] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: own, namespace: shop }
spec: { containers: [{ name: a, args: ['db.shop'] }] }
---
apiVersion: v1
kind: Service
metadata: { name: alias, namespace: ci }
spec: { type: ExternalName, externalName: web.shop.svc.cluster.local }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: to-db, namespace: ci }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to: [{ namespaceSelector: { matchLabels: { team: web } }, podSelector: { matchLabels: { app: db } } }]
    - to: [{ namespaceSelector: {} }]
${policies}`)
  const ALLOW_ALL = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: allow-all, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}] }
`

  it('published applications, and Services that other namespaces are seen to reach', () => {
    const lines = impactsOf(wizard, busy(), SHOP)
    expect(lines.filter((l) => l.startsWith('danger'))).toEqual([
      'danger: shop: traffic from the ingress controller to Service web stops until it is allowed (Ingress front).',
      'danger: shop: Service web is reached from other namespaces and would no longer be: Service ci/alias.',
      'danger: shop: Service db is reached from other namespaces and would no longer be: NetworkPolicy ci/to-db, pod ci/report.',
    ])
    const others = { ...SHOP, mode: 'deny-other-namespaces' }
    expect(impactsOf(wizard, busy(), { ...others, ingressNamespace: '' }).join()).toContain('from the ingress controller')
    expect(impactsOf(wizard, busy(), { ...others, ingressNamespace: 'shop' }).join()).not.toContain('from the ingress controller')
    expect(impactsOf(wizard, busy(), { ...SHOP, direction: 'egress' }).join()).not.toContain('Service web')
  })

  it('an allow-all that makes it ineffective, in the direction asked for, and nothing is said to be cut then', () => {
    const opened = (direction: string) => impactsOf(wizard, busy(ALLOW_ALL), { ...SHOP, direction }).filter((l) => l.includes('shop'))
    const line = (way: string) =>
      `danger: shop: NetworkPolicy allow-all lets everything ${way}, and policies add up: nothing is denied and the check stays red until it is removed.`
    expect(opened('ingress')).toEqual([line('in')])
    expect(opened('egress')).toEqual([line('out')])
    expect(opened('both')).toEqual([line('in'), line('out')])
  })

  it('who loses the API server', () => {
    const given = { inNamespaces: ['ci'], direction: 'egress' }
    expect(wizard.defaults(SAMPLE)).toMatchObject({ allowApiServer: true })
    expect(wizard.defaults(SAMPLE, undefined, SHOP)).toMatchObject({ allowApiServer: false })
    expect(impactsOf(wizard, SAMPLE, { ...given, allowApiServer: false }).join()).toContain(
      'service accounts runner hold rights on the API server',
    )
    expect(impactsOf(wizard, SAMPLE, { ...given, allowApiServer: true }).join()).not.toContain('hold rights')
  })
})

describe('refuses', () => {
  it.each([
    [{ inNamespaces: ['nowhere'] }, 'no namespace nowhere'],
    [{ mode: 'allow-app', toLabelKey: '', toLabelValue: '' }, 'which application is reached?'],
    [{ mode: 'allow-app', fromLabelKey: '', fromLabelValue: 'x' }, 'a value without a label key'],
    [{ mode: 'no-public-egress', privateRanges: ['169.254.169.254/32'] }, 'metadata address'],
  ])('%o', (given, words) => {
    expect(refusalOf(wizard, SAMPLE, { ...SHOP, ...given })).toContain(words)
  })

  it('to allow an API server whose addresses were not seen', () => {
    expect(refusalOf(wizard, EMPTY, { ...SHOP, direction: 'egress', allowApiServer: true })).toContain('addresses of the API server')
  })

  it.each([
    ['privateRanges', ['10.0.0.1/8'], 'bits set behind'],
    ['privateRanges', ['0.0.0.0/0'], 'every address'],
    ['privateRanges', ['10.0.0.0/33'], 'not a block'],
    ['ports', ['0/TCP'], 'write a port'],
    ['ports', ['70000'], 'write a port'],
    ['ports', ['http'], 'write a port'],
    ['inNamespaces', [], 'at least one'],
    ['toLabelKey', 'a b', 'not a label key'],
  ])('%s %o where it is given', (field, value, words) => {
    expect(problemOf(wizard.questions, field, value)).toContain(words)
  })
})
