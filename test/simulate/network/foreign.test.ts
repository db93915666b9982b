import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/model/network.ts'
import type { State } from '../../../src/model/state.ts'
import { connect } from '../../../src/simulate/network/decide.ts'
import { nameOf } from '../../../src/simulate/network/endpoints.ts'
import { modelOf } from '../../../src/simulate/network/fromState.ts'
import { matrixOf } from '../../../src/simulate/network/matrix.ts'
import { stateOf } from '../../wizards/state.ts'

const PODS = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { team: a } }
---
apiVersion: v1
kind: Namespace
metadata: { name: other, labels: { team: b } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { nodeName: one, containers: [] }
status: { podIP: 10.0.0.1 }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: shop, labels: { app: db } }
spec: { nodeName: one, containers: [] }
status: { podIP: 10.0.0.2 }
---
apiVersion: v1
kind: Pod
metadata: { name: stranger, namespace: other, labels: { app: web } }
spec: { nodeName: two, containers: [] }
status: { podIP: 10.0.0.3 }
`
const DB_FROM_WEB = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }] }] }
`

function said(state: State, from: string, to: string): Verdict {
  const { world, ends } = modelOf(state)
  const of = (name: string) => ends.findIndex((e) => nameOf(e) === name)
  const [i, j] = [of(from), of(to)]
  const [a, b] = [ends[i], ends[j]]
  if (a === undefined || b === undefined) throw new Error(`${from} ${to}`)
  const port = { port: 80, protocol: 'TCP' } as const
  const { verdict } = connect(world, a, b, port)
  expect(matrixOf(world, ends, port).verdict(i, j)).toBe(verdict)
  return verdict
}
/** web -> db, stranger -> db, db -> web, with these objects beside the pods. */
const three = (yaml: string) => {
  const state = stateOf(`${PODS}---${yaml}`)
  return [said(state, 'shop/web', 'shop/db'), said(state, 'other/stranger', 'shop/db'), said(state, 'shop/db', 'shop/web')]
}

describe('policies of other kinds', () => {
  test('none', () => expect(three(DB_FROM_WEB)).toEqual(['allowed', 'denied', 'allowed']))

  test.each<[string, string, Verdict[]]>([
    ['selects nobody', '{ endpointSelector: { matchLabels: { app: x } }, ingress: [{}] }', ['allowed', 'allowed', 'allowed']],
    ['another direction', '{ endpointSelector: { matchLabels: { app: db } }, egress: [{}] }', ['allowed', 'allowed', 'unknown']],
    [
      'selects with a source in front',
      "{ endpointSelector: { matchLabels: { 'k8s:app': db } }, ingress: [{}] }",
      ['unknown', 'unknown', 'allowed'],
    ],
    [
      'reserved labels are perhaps',
      "{ endpointSelector: { matchLabels: { 'reserved:x': '' } }, ingress: [{}] }",
      ['unknown', 'unknown', 'unknown'],
    ],
  ])('Cilium, %s', (_, spec, expected) => {
    const policy = `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: c, namespace: shop }
spec: ${spec}
`
    expect(three(policy)).toEqual(expected)
  })

  test('Cilium adds up with NetworkPolicies: what one lets through stays, unless it is denied by name', () => {
    const policy = (spec: string) => `${DB_FROM_WEB}---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: { name: c }
spec: { endpointSelector: { matchLabels: { app: db } }, ${spec} }
`
    expect(three(policy('ingress: [{ fromEntities: [world] }]'))).toEqual(['allowed', 'unknown', 'allowed'])
    expect(three(policy('ingressDeny: [{ fromEntities: [all] }]'))).toEqual(['unknown', 'denied', 'allowed'])
  })

  test.each<[string, Verdict[]]>([
    ["app == 'db'", ['unknown', 'unknown', 'allowed']],
    ["app != 'db'", ['allowed', 'allowed', 'unknown']],
    ["has(app) && app == 'x'", ['allowed', 'allowed', 'allowed']],
    ["app in { 'x' }", ['unknown', 'unknown', 'unknown']],
    ["projectcalico.org/namespace == 'other'", ['allowed', 'allowed', 'allowed']],
    ['', ['unknown', 'unknown', 'unknown']],
  ])('Calico, %s', (selector, expected) => {
    const policy = `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: c }
spec: { selector: ${JSON.stringify(selector)}, types: [Ingress] }
`
    expect(three(policy)).toEqual(expected)
  })

  test.each<[string, string, Verdict[]]>([
    [
      'denies what is let through',
      '{ action: Deny, from: [{ namespaces: { matchLabels: { team: a } } }] }',
      ['unknown', 'denied', 'allowed'],
    ],
    ['allows what is denied', '{ action: Allow, from: [{ namespaces: {} }] }', ['allowed', 'unknown', 'allowed']],
    [
      'of another port',
      '{ action: Deny, from: [{ namespaces: {} }], ports: [{ portNumber: { protocol: TCP, port: 81 } }] }',
      ['allowed', 'denied', 'allowed'],
    ],
    ['passes on', '{ action: Pass, from: [{ namespaces: {} }] }', ['allowed', 'denied', 'allowed']],
    ['nodes are perhaps', '{ action: Deny, from: [{ nodes: {} }] }', ['unknown', 'denied', 'allowed']],
  ])('AdminNetworkPolicy %s', (_, rule, expected) => {
    const policy = `${DB_FROM_WEB}---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: a }
spec: { priority: 5, subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: db } } } }, ingress: [${rule}] }
`
    expect(three(policy)).toEqual(expected)
  })

  test('a baseline counts only where no NetworkPolicy isolates', () => {
    const policy = `${DB_FROM_WEB}---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: b }
spec: { tier: Baseline, priority: 5, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] }
`
    expect(three(policy)).toEqual(['allowed', 'denied', 'unknown'])
  })

  test('kinds that are served and may not be listed leave every pod in doubt', () => {
    const state = stateOf(PODS)
    const gap = { kind: 'ciliumNetworkPolicies' as const, reason: 'forbidden' as const, detail: '' }
    const blind: State = { ...state, kinds: { ...state.kinds, ciliumNetworkPolicies: { items: [], gaps: [gap] } } }
    expect(said(blind, 'shop/web', 'shop/db')).toBe('unknown')
  })
})
