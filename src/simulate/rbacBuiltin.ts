import type { PolicyRule } from '#model/objects/access.ts'

const READ = ['get', 'list', 'watch']
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update']

function rule(verbs: readonly string[], group: string, ...resources: readonly string[]): PolicyRule {
  return { verbs: [...verbs], apiGroups: [group], resources: [...resources], resourceNames: [], nonResourceURLs: [] }
}

const CONTROLLERS = [
  'daemonsets',
  'deployments',
  'deployments/scale',
  'replicasets',
  'replicasets/scale',
  'statefulsets',
  'statefulsets/scale',
]

const VIEW: readonly PolicyRule[] = [
  rule(READ, '', 'configmaps', 'endpoints', 'events', 'limitranges', 'namespaces', 'persistentvolumeclaims', 'pods', 'pods/log'),
  rule(READ, '', 'pods/status', 'replicationcontrollers', 'resourcequotas', 'serviceaccounts', 'services'),
  rule(READ, 'apps', 'controllerrevisions', ...CONTROLLERS),
  rule(READ, 'autoscaling', 'horizontalpodautoscalers'),
  rule(READ, 'batch', 'cronjobs', 'jobs'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
  rule(READ, 'networking.k8s.io', 'ingresses', 'networkpolicies'),
  rule(READ, 'policy', 'poddisruptionbudgets'),
]

const EDIT: readonly PolicyRule[] = [
  rule(READ, '', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'),
  rule(['impersonate'], '', 'serviceaccounts'),
  rule(WRITE, '', 'pods', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy'),
  rule(['create'], '', 'pods/eviction'),
  rule(WRITE, '', 'configmaps', 'events', 'persistentvolumeclaims', 'replicationcontrollers', 'secrets', 'serviceaccounts', 'services'),
  rule(['create'], '', 'serviceaccounts/token'),
  rule(WRITE, 'apps', ...CONTROLLERS),
  rule(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  rule(WRITE, 'batch', 'cronjobs', 'jobs'),
  rule(WRITE, 'networking.k8s.io', 'ingresses', 'networkpolicies'),
  rule(WRITE, 'policy', 'poddisruptionbudgets'),
  ...VIEW,
]

const ADMIN: readonly PolicyRule[] = [
  rule(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule([...READ, ...WRITE], 'rbac.authorization.k8s.io', 'rolebindings', 'roles'),
  ...EDIT,
]

const CLUSTER_ADMIN: readonly PolicyRule[] = [
  rule(['*'], '*', '*'),
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
]

/**
 * The rules of the ClusterRoles every API server creates for people (plugin/pkg/auth/authorizer/rbac/bootstrappolicy),
 * for folders of manifests, which bind them without holding them. Where a cluster was read, its own rules count.
 */
export const BUILTIN_ROLES: ReadonlyMap<string, readonly PolicyRule[]> = new Map([
  ['cluster-admin', CLUSTER_ADMIN],
  ['admin', ADMIN],
  ['edit', EDIT],
  ['view', VIEW],
])
