import { describe, expect, test } from 'vitest'
import { evaluate } from '#evaluate/evaluate.ts'
import type { Check } from '#model/check.ts'
import { KINDS, type Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
import type { Distribution, State } from '#model/state.ts'
import { secondsOf } from '../../src/checks/control-plane/flag.ts'
import { checks } from '../../src/checks/index.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const of = (id: string): Check => {
  const found = checks.find((check) => check.id === id)
  if (found === undefined) throw new Error(id)
  return found
}

interface Part {
  readonly items?: readonly object[]
  readonly gaps?: readonly Gap[]
}

/** A check's status and findings over the kinds given; all others it reads are empty and whole. */
function judged(id: string, parts: { readonly [K in Kind]?: Part }, distribution: Distribution = 'kubeadm') {
  const check = of(id)
  const kinds = [...check.reads, ...(check.helps ?? [])].map((kind) => {
    const { items = [], gaps = [] } = parts[kind] ?? {}
    return [kind, { items: items.map((item) => KINDS[kind].schema.parse(item)), gaps }]
  })
  const state = {
    schemaVersion: 1,
    takenAt: NOW.toISOString(),
    source: 'live',
    cluster: { name: 't', distribution },
    kinds: Object.fromEntries(kinds),
  } as State
  const [result] = evaluate(state, [check], NOW).checks
  if (result === undefined) throw new Error(id)
  return {
    status: result.status,
    findings: result.findings.map(({ object, status, message }) => `${object.name}: ${status} ${message}`),
    needs: result.gaps.map(({ needs }) => needs),
  }
}

const pod = (component: string, node: string, ...flags: readonly string[]) => ({
  metadata: { name: `${component}-${node}`, namespace: 'kube-system', uid: 'u', annotations: { 'kubernetes.io/config.mirror': 'x' } },
  spec: { nodeName: node, containers: [{ name: component, command: [component, ...flags] }] },
})
const api = (...flags: readonly string[]) => ({ pods: { items: [pod('kube-apiserver', 'cp1', ...flags)] } })
const controlPlane = (...names: readonly string[]) => ({
  items: names.map((name) => ({ metadata: { name, labels: { 'node-role.kubernetes.io/control-plane': '' } } })),
})
const forbidden = (kind: Kind, more: Partial<Gap> = {}): Gap => ({
  kind,
  reason: 'forbidden',
  detail: 'no',
  needs: { verb: 'list', group: '', resource: kind },
  ...more,
})

describe('several API servers', () => {
  const id = 'control-plane/profiling-api-server'
  test('each is judged; the worst one counts', () => {
    const pods = { items: [pod('kube-apiserver', 'cp1', '--profiling=false'), pod('kube-apiserver', 'cp2')] }
    expect(judged(id, { pods, nodes: controlPlane('cp1', 'cp2') })).toMatchObject({
      status: 'fail',
      findings: ['kube-apiserver-cp1: pass good', 'kube-apiserver-cp2: fail bad'],
    })
  })
  test('one that cannot be seen makes it unknown, never pass', () => {
    const pods = { items: [pod('kube-apiserver', 'cp1', '--profiling=false')] }
    expect(judged(id, { pods, nodes: controlPlane('cp1', 'cp2') })).toMatchObject({ status: 'unknown' })
    expect(judged(id, { pods, nodes: controlPlane('cp1') })).toMatchObject({ status: 'pass' })
    expect(judged(id, { pods, nodes: { gaps: [forbidden('nodes')] } })).toMatchObject({
      status: 'unknown',
      needs: [{ verb: 'list', group: '', resource: 'nodes' }],
    })
  })
  test('what only helps is told only where it would have helped', () => {
    const apiServers = { gaps: [forbidden('apiServers', { needs: { verb: 'get', path: '/metrics' } })] }
    expect(judged(id, { ...api('--profiling=false'), nodes: controlPlane('cp1'), apiServers })).toMatchObject({ status: 'pass', needs: [] })
    expect(judged(id, { apiServers })).toMatchObject({ status: 'unknown', needs: [{ verb: 'get', path: '/metrics' }] })
  })
  test('a provider’s control plane is not the operator’s to set, but what its metrics prove counts', () => {
    expect(judged(id, {}, 'eks')).toMatchObject({ status: 'not-applicable', findings: ['kube-system: not-applicable eks'] })
    const apiServers = { items: [{ metadata: { name: 'x' }, admissionPlugins: ['NodeRestriction'], auditEvents: 4 }] }
    expect(judged('control-plane/node-restriction', { apiServers }, 'eks')).toMatchObject({ status: 'pass' })
    expect(judged('control-plane/eventratelimit', { apiServers }, 'eks')).toMatchObject({ status: 'not-applicable' })
    expect(judged('audit/policy', { apiServers }, 'gke')).toMatchObject({ status: 'pass', findings: ['x: pass counted'] })
    // Events are counted there whether or not anybody keeps them.
    expect(judged('audit/log-path', { apiServers }, 'eks')).toMatchObject({ status: 'unknown', findings: ['kube-system: unknown eks'] })
    expect(judged('audit/log-max-age', { apiServers }, 'eks')).toMatchObject({ status: 'not-applicable' })
  })
})

describe('flags with a meaning of their own', () => {
  const one = (id: string, ...flags: readonly string[]) => judged(id, { ...api(...flags), nodes: controlPlane('cp1') })
  test.each([
    ['control-plane/authorization-always-allow', [], 'fail'], // the default is AlwaysAllow
    ['control-plane/authorization-rbac', ['--authorization-mode=Node', '--authorization-mode=RBAC'], 'pass'],
    ['control-plane/authorization-rbac', ['--authorization-config=/x'], 'unknown'],
    [
      'control-plane/node-restriction',
      ['--enable-admission-plugins=NodeRestriction', '--disable-admission-plugins=NodeRestriction'],
      'fail',
    ],
    ['control-plane/namespace-lifecycle', [], 'pass'],
    ['control-plane/request-timeout', [], 'pass'],
    ['control-plane/request-timeout', ['--request-timeout=0s'], 'fail'],
    ['control-plane/request-timeout', ['--request-timeout=90s'], 'pass'],
    ['control-plane/service-account-lookup', [], 'pass'],
    ['control-plane/token-expiration-extension', [], 'fail'],
    ['control-plane/service-account-key-file', ['--service-account-signing-endpoint=/run/signer.sock'], 'pass'],
    ['control-plane/tls-cipher-suites', [], 'fail'],
    ['control-plane/tls-cipher-suites', ['--tls-min-version=VersionTLS13'], 'pass'],
    ['control-plane/tls-cipher-suites', ['--tls-cipher-suites=TLS_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_128_CBC_SHA'], 'fail'],
    ['control-plane/profiling-api-server', ['--profiling', 'false'], 'fail'], // a switch does not take the next word
    ['audit/log-max-age', ['--audit-log-maxage=30'], 'fail'], // of no log
    ['audit/log-max-age', ['--audit-webhook-config-file=/x'], 'not-applicable'],
    ['audit/log-max-age', ['--audit-log-path=/x', '--audit-log-maxage=0'], 'fail'],
    ['audit/log-path', ['--audit-webhook-config-file=/x'], 'pass'],
  ])('%s %j: %s', (id, flags, status) => expect(one(id, ...flags).status).toBe(status))

  test('an authorization file is decided by what the metrics show', () => {
    const apiServers = { items: [{ metadata: { name: 'x' }, authorizers: ['RBAC'] }] }
    const lists = { ...api('--authorization-config=/x'), nodes: controlPlane('cp1'), apiServers }
    expect(judged('control-plane/authorization-rbac', lists).status).toBe('pass')
    expect(judged('control-plane/authorization-node', lists).status).toBe('unknown')
    expect(judged('control-plane/authorization-always-allow', lists).status).toBe('unknown')
  })

  test.each([
    ['kube-controller-manager', 'control-plane/bind-address-controller-manager', [], 'fail'], // the default is every address
    ['kube-controller-manager', 'control-plane/controller-credentials', [], 'fail'],
    ['kube-controller-manager', 'control-plane/terminated-pod-gc', [], 'fail'],
    ['kube-scheduler', 'control-plane/profiling-scheduler', ['--config=/x', '--profiling=false'], 'unknown'],
    ['kube-scheduler', 'control-plane/bind-address-scheduler', ['--config=/x', '--bind-address=127.0.0.1'], 'pass'],
    ['etcd', 'control-plane/etcd-client-auth', ['--config-file=/x', '--client-cert-auth=true'], 'unknown'],
    ['etcd', 'control-plane/etcd-own-ca', ['--trusted-ca-file=/a'], 'unknown'], // no API server to compare with
  ])('%s %s %j: %s', (component, id, flags, status) =>
    expect(judged(id, { pods: { items: [pod(component, 'cp1', ...flags)] }, nodes: controlPlane('cp1') }).status).toBe(status),
  )

  test('durations as Go writes them', () => {
    expect(['1m0s', '1h', '500ms', '0', '1h2m3.5s', '', '5', 'x'].map(secondsOf)).toEqual([
      60,
      3600,
      0.5,
      0,
      3723.5,
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('kubelets', () => {
  const kubelet = (name: string, config: object, flags?: object) => ({ metadata: { name }, config, flags })
  test('the node that did not answer keeps the check unknown; the others are judged', () => {
    const gap = forbidden('kubelets', { name: 'b', reason: 'unreachable' })
    const good = kubelet('a', { readOnlyPort: 0 })
    expect(judged('nodes/kubelet-read-only-port', { kubelets: { items: [good], gaps: [gap] } })).toMatchObject({
      status: 'unknown',
      findings: ['a: pass good'],
    })
    expect(judged('nodes/kubelet-read-only-port', { kubelets: { items: [kubelet('a', { readOnlyPort: 1 })], gaps: [gap] } }).status).toBe(
      'fail',
    )
    expect(judged('nodes/kubelet-read-only-port', { kubelets: { gaps: [forbidden('kubelets')] } })).toMatchObject({
      status: 'unknown',
      findings: [],
    })
  })
  test.each([
    ['nodes/kubelet-rotate-certificates', {}, 'fail'], // left out is false
    ['nodes/kubelet-seccomp-default', {}, 'fail'],
    ['nodes/kubelet-pod-pids', { podPidsLimit: -1 }, 'fail'],
    ['nodes/kubelet-serving-certificate', { tlsCertFile: '/etc/my.crt', tlsPrivateKeyFile: '/etc/my.key' }, 'pass'],
    ['nodes/kubelet-serving-certificate', {}, 'fail'],
    ['nodes/kubelet-rotate-serving-certificate', {}, 'not-applicable'],
    ['nodes/kubelet-hostname-override', {}, 'unknown'],
    ['nodes/kubelet-cipher-suites', { tlsMinVersion: 'VersionTLS13' }, 'pass'],
    ['nodes/kubelet-cipher-suites', { tlsCipherSuites: ['TLS_RSA_WITH_AES_128_CBC_SHA'] }, 'fail'],
    ['nodes/kubelet-anonymous', {}, 'pass'],
  ])('%s %j: %s', (id, config, status) => expect(judged(id, { kubelets: { items: [kubelet('a', config)] } }).status).toBe(status))
  test('its own self-signed pair is known by the folder that it keeps certificates in', () => {
    const config = { tlsCertFile: '/data/pki/kubelet.crt', tlsPrivateKeyFile: '/data/pki/kubelet.key' }
    const items = [kubelet('a', config, { 'cert-dir': '/data/pki' })]
    expect(judged('nodes/kubelet-serving-certificate', { kubelets: { items } }).status).toBe('fail')
  })
})

describe('kube-proxy', () => {
  const id = 'nodes/kube-proxy-metrics'
  const proxy = (...args: readonly string[]) => ({
    pods: {
      items: [
        {
          metadata: { name: 'p', namespace: 'kube-system' },
          spec: { containers: [{ name: 'kube-proxy', command: ['kube-proxy', ...args] }] },
        },
      ],
    },
  })
  test.each([
    ['no proxy at all', {}, 'kubeadm', 'not-applicable'],
    ['a part of k3s', {}, 'k3s', 'unknown'],
    ['no flag', proxy(), 'gke', 'pass'],
    ['open', proxy('--metrics-bind-address=0.0.0.0:10249'), 'gke', 'fail'],
    ['a file', proxy('--config=/x'), 'eks', 'unknown'],
  ] as const)('%s', (_what, parts, distribution, status) => expect(judged(id, parts, distribution).status).toBe(status))
})
