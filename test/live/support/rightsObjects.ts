export const RBAC = 'rbac.authorization.k8s.io'

/** The usual kinds of one namespace, as `view` would list them; Secrets and RBAC are not among them. */
const VIEW = [
  {
    apiGroups: [''],
    resources: ['pods', 'services', 'serviceaccounts', 'configmaps', 'persistentvolumeclaims'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies', 'ingresses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
]

export const user = (name: string) => ({ kind: 'User', apiGroup: RBAC, name })
export const meta = (name: string, namespace?: string) => ({ name, ...(namespace === undefined ? {} : { namespace }) })
export const roleRef = (kind: string, name: string) => ({ apiGroup: RBAC, kind, name })

const pod = { containers: [{ name: 'web', image: 'web:1', env: [{ name: 'DB_PASSWORD', value: 'x' }] }] }
const template = { metadata: { labels: { app: 'web' } }, spec: pod }
const web = (namespace: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: meta('web', namespace),
  spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
})
const secret = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...meta('old', namespace), annotations: { 'kubernetes.io/service-account.name': 'default' } },
  type: 'kubernetes.io/service-account-token',
})

/** A role that may view one namespace, and something to find in two. */
export const OBJECTS: readonly unknown[] = [
  // Without an address, so that nothing is sent anywhere: its kubelet cannot be asked, whoever asks.
  { apiVersion: 'v1', kind: 'Node', metadata: meta('worker') },
  { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: meta('viewer', 'shop'), rules: VIEW },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: meta('developers'),
    roleRef: roleRef('ClusterRole', 'cluster-admin'),
    subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'developers' }],
  },
  ...['shop', 'bank'].flatMap((ns) => [web(ns), secret(ns)]),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta('web', 'bank'),
    spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] },
  },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('settings', 'bank'), data: { password: 'hunter2-hunter2' } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: meta('nobody', 'bank'),
    spec: { podSelector: { matchLabels: { app: 'gone' } } },
  },
]
