import type { PolicyRule } from '#model/objects/access.ts'
import type { Meta } from '#model/objects/meta.ts'

/** What the API server itself creates carries this label and is put back at its start. */
export function isDefault(meta: Pick<Meta, 'labels'>): boolean {
  return meta.labels['kubernetes.io/bootstrapping'] === 'rbac-defaults'
}

/** Is this the name of a role that the API server creates and binds to the cluster's own components? */
export function isDefaultRoleName(name: string): boolean {
  return name === 'cluster-admin' || name === 'extension-apiserver-authentication-reader' || name.startsWith('system:')
}

/** Bindings that kubeadm makes (cmd/kubeadm/app/phases) and their roles; they carry no label, so this is all there is to know them by. */
const KUBEADM_CLUSTER: ReadonlyMap<string, string> = new Map([
  ['kubeadm:apiserver-kubelet-client', 'system:kubelet-api-admin'],
  ['kubeadm:cluster-admins', 'cluster-admin'],
  ['kubeadm:get-nodes', 'kubeadm:get-nodes'],
  ['kubeadm:kubelet-bootstrap', 'system:node-bootstrapper'],
  ['kubeadm:node-autoapprove-bootstrap', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient'],
  ['kubeadm:node-autoapprove-certificate-rotation', 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient'],
  ['kubeadm:node-proxier', 'system:node-proxier'],
  ['system:coredns', 'system:coredns'],
])
/** In namespaces; each binds the Role of its own name. */
const KUBEADM_NAMESPACED: ReadonlySet<string> = new Set([
  'kube-public/kubeadm:bootstrap-signer-clusterinfo',
  'kube-system/kubeadm:kubelet-config',
  'kube-system/kubeadm:nodes-kubeadm-config',
  'kube-system/kube-proxy',
])

/** Is this one of the bindings that kubeadm makes, to the role it makes it for? `namespace` undefined for a ClusterRoleBinding. */
export function isKubeadmBinding(name: string, namespace: string | undefined, roleName: string): boolean {
  if (namespace === undefined) return KUBEADM_CLUSTER.get(name) === roleName
  return roleName === name && KUBEADM_NAMESPACED.has(`${namespace}/${name}`)
}

/** Groups and users that stand for everybody, or for half of everybody. */
export const EVERYBODY: ReadonlySet<string> = new Set([
  'system:anonymous',
  'system:unauthenticated',
  'system:authenticated',
  'system:serviceaccounts',
])

/** What Kubernetes and kubeadm give to everybody on purpose: role, and to whom. */
const BASELINE: ReadonlyMap<string, readonly string[]> = new Map([
  ['ClusterRole system:public-info-viewer', ['system:unauthenticated', 'system:authenticated']],
  ['ClusterRole system:discovery', ['system:authenticated']],
  ['ClusterRole system:basic-user', ['system:authenticated']],
  ['ClusterRole system:service-account-issuer-discovery', ['system:serviceaccounts']],
  ['Role kubeadm:bootstrap-signer-clusterinfo', ['system:anonymous']],
])

/**
 * Is this role meant for that group of everybody, and still as harmless as it was shipped? The API server adds what is
 * missing in its roles but leaves what somebody added, so the rules are looked at, too.
 */
export function isBaseline(role: { readonly kind: string; readonly name: string }, rules: readonly PolicyRule[], subject: string): boolean {
  return (BASELINE.get(`${role.kind} ${role.name}`) ?? []).includes(subject) && rules.every(isHarmless)
}

/** Paths of versions and discovery, questions about oneself, and the one ConfigMap that joining nodes read. */
function isHarmless(rule: PolicyRule): boolean {
  if (rule.resources.length === 0) return rule.verbs.every((verb) => verb === 'get') && !rule.nonResourceURLs.includes('*')
  if (rule.resources.every((resource) => /^selfsubject\w*reviews$/.test(resource))) return true
  return rule.resources.every((r) => r === 'configmaps') && rule.resourceNames.length === 1 && rule.resourceNames[0] === 'cluster-info'
}

/** ServiceAccounts of kube-system that Kubernetes (controller manager) and kubeadm ship. */
const SHIPPED_ACCOUNTS = new Set(
  `attachdetach-controller bootstrap-signer certificate-controller cloud-provider clusterrole-aggregation-controller coredns cronjob-controller
  daemon-set-controller deployment-controller device-taint-eviction-controller disruption-controller endpoint-controller endpointslice-controller
  endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector horizontal-pod-autoscaler
  job-controller kube-apiserver-serving-clustertrustbundle-publisher kube-controller-manager kube-dns kube-proxy kube-scheduler
  leader-election-controller legacy-service-account-token-cleaner namespace-controller node-controller persistent-volume-binder pod-garbage-collector
  pv-protection-controller pvc-protection-controller replicaset-controller replication-controller resource-claim-controller
  resourcequota-controller root-ca-cert-publisher route-controller selinux-warning-controller service-account-controller
  service-cidrs-controller service-controller statefulset-controller storage-version-garbage-collector
  storage-version-migrator-controller taint-eviction-controller token-cleaner ttl-after-finished-controller ttl-controller
  validatingadmissionpolicy-status-controller volumeattributesclass-protection-controller`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

/** Is this a ServiceAccount that comes with Kubernetes or kubeadm? */
export function isShippedAccount(namespace: string | undefined, name: string): boolean {
  return namespace === 'kube-system' && SHIPPED_ACCOUNTS.has(name)
}
