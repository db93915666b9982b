import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import type { Request } from '../../../src/simulate/rbac.ts'
import { accountIdentity, type Identity } from '../../../src/simulate/rbacSubjects.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
export const NAMESPACES = ['shop', 'blog'] as const

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'impersonate', 'bind', '*']
const GROUPS = ['', 'apps', 'batch', 'rbac.authorization.k8s.io']
const RESOURCES = ['pods', 'nodes', 'secrets', 'deployments', 'jobs', 'clusterroles', 'serviceaccounts']
const SUBRESOURCES = ['exec', 'proxy', 'log', 'token', 'scale']
const NAMES = ['a', 'b', 'c']
const PATHS = ['/metrics', '/metrics/x', '/healthz', '/healthz/etcd', '/health', '/apis', '/']

const some = (values: readonly string[], least = 1, most = 3) => fc.array(fc.constantFrom(...values), { minLength: least, maxLength: most })
const entries = ['*', '*/*', 'pods/*', '*/exec', '*/proxy', '*/scale', 'nodes/proxy', 'pods/exec', 'serviceaccounts/token', ...RESOURCES]
const onResources = fc.record({
  verbs: some(VERBS),
  apiGroups: some([...GROUPS, '', '*']),
  resources: some(entries),
  resourceNames: fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, some(NAMES)),
})
const onPaths = fc.record({
  verbs: some(['get', 'post', '*']),
  nonResourceURLs: some([...PATHS, '*', '/health*', '/healthz/*', '/metrics*', '/*']),
})
const localRules = fc.array(onResources, { minLength: 0, maxLength: 3 })
const clusterRules = fc.array(fc.oneof({ weight: 4, arbitrary: onResources }, onPaths), { minLength: 0, maxLength: 3 })

const user = (name: string) => ({ kind: 'User', name, apiGroup: 'rbac.authorization.k8s.io' })
const group = (name: string) => ({ kind: 'Group', name, apiGroup: 'rbac.authorization.k8s.io' })
const SUBJECTS = [
  user('ada'),
  user('eve'),
  user('system:serviceaccount:shop:ci'),
  user('*'),
  group('dev'),
  group('system:serviceaccounts'),
  group('system:serviceaccounts:shop'),
  { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' },
  { kind: 'ServiceAccount', name: 'ci', namespace: 'blog' },
  { kind: 'ServiceAccount', name: 'default', namespace: 'shop' },
]

type Drawn = readonly [readonly object[], readonly (typeof SUBJECTS)[number][], 'cluster' | 'shop' | 'blog']

/** Roles and their bindings, drawn at random: cluster-wide, a ClusterRole in a namespace, a Role; aggregated roles; a binding to nothing. */
export function randomRights(count: number, seed: number): readonly KubeObject[] {
  const subjects = fc.array(fc.constantFrom(...SUBJECTS), { minLength: 0, maxLength: 3 })
  const where = fc.constantFrom('cluster', ...NAMESPACES)
  const global = fc.sample(fc.tuple(clusterRules, subjects, where), { numRuns: count, seed }) as Drawn[]
  const local = fc.sample(fc.tuple(localRules, subjects, fc.constantFrom(...NAMESPACES)), { numRuns: count, seed: seed + 1 }) as Drawn[]
  return [
    ...global.flatMap(([rules, who, at], i) => {
      // A third are aggregated; without a controller, what is stored counts.
      const aggregation = i % 3 === 0 ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] } } : {}
      const metadata = { name: `r${i}`, labels: i % 5 === 0 ? { part: 'yes' } : {} }
      const role = { apiVersion: RBAC, kind: 'ClusterRole', metadata, rules, ...aggregation }
      return [role, bind(`r${i}`, 'ClusterRole', i % 17 === 5 ? 'gone' : `r${i}`, who, at)] as KubeObject[]
    }),
    ...local.flatMap(([rules, who, at], i) => {
      const role = { apiVersion: RBAC, kind: 'Role', metadata: { name: `l${i}`, namespace: at }, rules }
      return [role, bind(`l${i}`, 'Role', `l${i}`, who, at)] as KubeObject[]
    }),
  ]
}

export function bind(name: string, kind: string, role: string, subjects: readonly object[], at: string): KubeObject {
  const place = at === 'cluster' ? {} : { namespace: at }
  return {
    apiVersion: RBAC,
    kind: at === 'cluster' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...place },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects,
  } as KubeObject
}

export const IDENTITIES: readonly Identity[] = [
  { name: 'ada', groups: ['system:authenticated'] },
  { name: 'eve', groups: ['dev', 'system:authenticated'] },
  { name: 'nobody', groups: [] },
  { name: 'system:anonymous', groups: ['system:unauthenticated'] },
  { name: 'root', groups: ['system:masters', 'system:authenticated'] },
  accountIdentity('shop', 'ci'),
  accountIdentity('shop', 'default'),
  accountIdentity('blog', 'ci'),
  accountIdentity('blog', 'other'),
]

/** Who asks, and for what. Mostly for what some rule speaks of: refusals alone prove little. */
export function questions(count: number, seed: number): readonly (readonly [Identity, Request])[] {
  const resource = fc.record(
    {
      verb: fc.constantFrom(...VERBS),
      group: fc.constantFrom(...GROUPS),
      resource: fc.constantFrom(...RESOURCES),
      subresource: fc.constantFrom(...SUBRESOURCES),
      namespace: fc.constantFrom(...NAMESPACES, 'other'),
      name: fc.constantFrom(...NAMES),
    },
    { requiredKeys: ['verb', 'group', 'resource'] },
  )
  const path = fc.record({ verb: fc.constantFrom('get', 'post', 'delete'), path: fc.constantFrom(...PATHS) })
  return fc.sample(fc.tuple(fc.constantFrom(...IDENTITIES), fc.oneof({ weight: 6, arbitrary: resource }, path)), { numRuns: count, seed })
}
