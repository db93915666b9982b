import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { bind } from './rbacRandom.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const GROUP = 'rbac.authorization.k8s.io'

interface Where {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const NAMESPACES = ['shop', 'blog', 'bank', 'kube-system']

/** What a pod may be in each namespace: open, baseline and restricted; at odd seeds nowhere anything, so that longer ways are found. */
export function placesAt(seed: number): readonly Where[] {
  const levels = seed % 2 === 0 ? [undefined, 'baseline', 'restricted', undefined] : NAMESPACES.map(() => 'restricted')
  return NAMESPACES.map((name, i): Where => {
    const level = levels[i]
    return { name, labels: level === undefined ? {} : { [ENFORCE]: level } }
  })
}

const rule = (verbs: string[], group: string, resources: string[], resourceNames: string[] = []) => ({
  verbs,
  apiGroups: [group],
  resources,
  resourceNames,
})

/** One of these is drawn for each rule: parts of steps, and much that leads nowhere. */
const PARTS: readonly (readonly ReturnType<typeof rule>[])[] = [
  [rule(['get', 'list'], '', ['pods', 'configmaps'])],
  [rule(['get'], '', ['pods/log'])],
  [rule(['create'], '', ['configmaps'])],
  [rule(['delete', 'deletecollection'], '', ['pods', 'secrets', 'nodes'])],
  [rule(['create'], '', ['pods'])],
  [rule(['create'], '', ['pods'], ['web'])],
  [rule(['create'], 'apps', ['deployments'])],
  [rule(['patch'], 'apps', ['deployments'])],
  [rule(['update'], 'apps', ['deployments'], ['web'])],
  [rule(['create'], '', ['pods/exec'])],
  [rule(['create', 'get'], '', ['pods/exec'], ['web'])],
  [rule(['get'], '', ['pods/exec'])],
  [rule(['patch'], '', ['pods/ephemeralcontainers'])],
  [rule(['patch'], '', ['pods'])],
  [rule(['create'], '', ['serviceaccounts/token'])],
  [rule(['create'], '', ['serviceaccounts/token'], ['ci'])],
  [rule(['create'], '', ['serviceaccounts'])],
  [rule(['create'], '', ['serviceaccounts', 'serviceaccounts/token'])],
  [rule(['get'], '', ['secrets'])],
  [rule(['watch'], '', ['secrets'])],
  [rule(['get'], '', ['secrets'], ['ci-token', 'web'])],
  [rule(['create', 'list'], '', ['secrets'])],
  [rule(['create'], '', ['secrets'])],
  [rule(['impersonate'], '', ['users'])],
  [rule(['impersonate'], '', ['users'], ['root', 'nobody'])],
  [rule(['impersonate'], '', ['groups'])],
  [rule(['impersonate'], '', ['users', 'groups'], ['dev', 'system:masters'])],
  [rule(['impersonate'], '', ['serviceaccounts'])],
  [rule(['impersonate'], '', ['serviceaccounts'], ['ci', 'ctl'])],
  [rule(['bind'], GROUP, ['clusterroles'])],
  [rule(['bind'], GROUP, ['clusterroles'], ['r1', 'r3', 'edit'])],
  [rule(['bind'], GROUP, ['roles'])],
  [rule(['create'], GROUP, ['clusterrolebindings'])],
  [rule(['create'], GROUP, ['rolebindings'])],
  [rule(['update', 'patch'], GROUP, ['clusterrolebindings'])],
  [rule(['bind'], GROUP, ['clusterroles']), rule(['create', 'patch'], GROUP, ['rolebindings'])],
  [rule(['bind'], GROUP, ['clusterroles', 'roles'], ['r2', 'l1', 'l2']), rule(['create'], GROUP, ['rolebindings', 'clusterrolebindings'])],
  [rule(['escalate'], GROUP, ['clusterroles', 'roles'])],
  [rule(['patch'], GROUP, ['clusterroles', 'roles'])],
  [rule(['escalate', 'update'], GROUP, ['roles', 'clusterroles'])],
  [rule(['escalate', 'patch'], GROUP, ['clusterroles'], ['r1', 'r2'])],
  [rule(['get'], '', ['nodes/proxy'])],
  [rule(['get'], '', ['nodes/proxy'], ['worker'])],
  [rule(['create'], '', ['persistentvolumes'])],
  [rule(['create'], '', ['persistentvolumeclaims', 'pods'])],
  [rule(['patch'], '', ['namespaces'])],
  [rule(['patch'], '', ['namespaces'], ['blog'])],
  [rule(['create'], 'certificates.k8s.io', ['certificatesigningrequests'])],
  [
    rule(['create'], 'certificates.k8s.io', ['certificatesigningrequests']),
    rule(['update'], 'certificates.k8s.io', ['certificatesigningrequests/approval']),
    rule(['approve'], 'certificates.k8s.io', ['signers'], ['kubernetes.io/kube-apiserver-client']),
  ],
  [rule(['create'], 'admissionregistration.k8s.io', ['mutatingwebhookconfigurations'])],
  [rule(['create'], 'admissionregistration.k8s.io', ['validatingwebhookconfigurations'])],
]

const user = (name: string) => ({ kind: 'User', name, apiGroup: GROUP })
const group = (name: string) => ({ kind: 'Group', name, apiGroup: GROUP })
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name })
const SUBJECTS = [
  user('ada'),
  user('eve'),
  user('max'),
  group('dev'),
  group('ops'),
  group('system:serviceaccounts:bank'),
  account('shop', 'ci'),
  account('shop', 'web'),
  account('blog', 'ci'),
  account('bank', 'ci'),
  // Bound, and not there.
  account('blog', 'gone'),
  account('kube-system', 'ctl'),
]

/** Accounts, pods, token Secrets, workloads and nodes: the same in every drawn cluster. */
export function surroundings(): readonly KubeObject[] {
  const accounts = [
    ['shop', 'ci'],
    ['shop', 'web'],
    ['blog', 'ci'],
    ['bank', 'ci'],
    ['kube-system', 'ctl'],
  ] as const
  const core = (kind: string, metadata: object, more: object = {}) => ({ apiVersion: 'v1', kind, metadata, ...more }) as KubeObject
  const spec = (serviceAccountName: string, nodeName?: string) => ({
    serviceAccountName,
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }],
  })
  const template = { metadata: { labels: { app: 'web' } }, spec: spec('web') }
  const deployment = (namespace: string) =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
    }) as KubeObject
  const token = (namespace: string, name: string, of: string) =>
    core(
      'Secret',
      { name, namespace, annotations: { 'kubernetes.io/service-account.name': of } },
      { type: 'kubernetes.io/service-account-token' },
    )
  return [
    core('Node', { name: 'cp', labels: { 'node-role.kubernetes.io/control-plane': '' } }),
    core('Node', { name: 'worker' }),
    ...accounts.map(([namespace, name]) => core('ServiceAccount', { name, namespace })),
    core('Pod', { name: 'web', namespace: 'shop' }, { spec: spec('web', 'worker') }),
    core('Pod', { name: 'ci', namespace: 'blog' }, { spec: spec('ci', 'worker') }),
    core('Pod', { name: 'quiet', namespace: 'shop' }, { spec: { ...spec('ci', 'worker'), automountServiceAccountToken: false } }),
    core('Pod', { name: 'ctl', namespace: 'kube-system' }, { spec: spec('ctl', 'cp') }),
    token('shop', 'ci-token', 'ci'),
    token('kube-system', 'ctl-token', 'ctl'),
    deployment('shop'),
    deployment('bank'),
  ]
}

type Drawn = readonly [readonly number[], readonly number[], string]

/** Roles with parts of steps, bound at random. One account of kube-system and one user are cluster-admin, so that there is somewhere to go. */
export function randomPaths(seed: number, count = 5): readonly KubeObject[] {
  const parts = fc.array(fc.nat({ max: PARTS.length - 1 }), { minLength: 1, maxLength: 3 })
  const subjects = fc.array(fc.nat({ max: SUBJECTS.length - 1 }), { minLength: 1, maxLength: 2 })
  const draw = (places: readonly string[], at: number) =>
    fc.sample(fc.tuple(parts, subjects, fc.constantFrom(...places)), { numRuns: count, seed: seed + at }) as Drawn[]
  const rules = (which: readonly number[]) => which.flatMap((i) => PARTS[i] ?? [])
  const who = (which: readonly number[]) => [...new Set(which)].flatMap((i) => SUBJECTS[i] ?? [])
  return [
    ...draw(['cluster', ...NAMESPACES], 0).flatMap(([which, to, at], i) => [
      { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: `r${i}` }, rules: rules(which) } as unknown as KubeObject,
      bind(`r${i}`, 'ClusterRole', `r${i}`, who(to), at),
    ]),
    ...draw(NAMESPACES, 1).flatMap(([which, to, at], i) => [
      { apiVersion: RBAC, kind: 'Role', metadata: { name: `l${i}`, namespace: at }, rules: rules(which) } as unknown as KubeObject,
      bind(`l${i}`, 'Role', `l${i}`, who(to), at),
    ]),
    bind('admins', 'ClusterRole', 'cluster-admin', [user('root'), account('kube-system', 'ctl')], 'cluster'),
  ]
}
