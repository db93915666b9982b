import { parseAllDocuments } from 'yaml'
import { type Item, KINDS, type Kind, kindOf } from '../../src/model/kinds.ts'
import type { ClusterInfo, Collected, State } from '../../src/model/state.ts'

/** A state with these objects; every kind is read whole, unless `seen` names the few that were read. */
export function stateOf(yaml: string, options: { cluster?: Partial<ClusterInfo>; seen?: readonly Kind[] } = {}): State {
  const kinds: { [K in Kind]?: Collected<Item<K>> } = {}
  const put = (kind: Kind, items: readonly unknown[]) => Object.assign(kinds, { [kind]: { items, gaps: [] } })
  const items = new Map<Kind, unknown[]>()
  for (const document of parseAllDocuments(yaml)) {
    const object = document.toJS() as { apiVersion: string; kind: string } | null
    if (object === null) continue
    const kind = kindOf(object.apiVersion, object.kind)
    if (kind === undefined) throw new Error(`no kind for ${object.kind}`)
    items.set(kind, [...(items.get(kind) ?? []), KINDS[kind].schema.parse(object)])
  }
  for (const kind of options.seen ?? (Object.keys(KINDS) as Kind[])) put(kind, items.get(kind) ?? [])
  return {
    schemaVersion: 1,
    takenAt: '2026-03-04T05:06:07Z',
    source: 'live',
    cluster: { name: 'test', version: 'v1.36.1', distribution: 'kubeadm', ...options.cluster },
    kinds,
  }
}

/** Nothing was read at all. */
export const EMPTY: State = stateOf('', { seen: [] })

/** A small cluster: two user namespaces, an application, a risky binding for a service account and a person. */
export const SAMPLE = stateOf(`
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: v1
kind: Namespace
metadata: { name: default }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: Namespace
metadata: { name: ci }
---
apiVersion: v1
kind: Node
metadata:
  name: cp-1
  labels: { node-role.kubernetes.io/control-plane: '' }
spec: { podCIDR: 10.244.0.0/24 }
status: { addresses: [{ type: InternalIP, address: 172.30.0.2 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: etcd-cp-1, namespace: kube-system, labels: { component: etcd } }
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.6.4-0
      command: [etcd, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt]
---
apiVersion: v1
kind: Pod
metadata: { name: runner, namespace: ci, labels: { app: runner } }
spec: { serviceAccountName: runner, containers: [{ name: run, image: runner:1 }] }
---
apiVersion: v1
kind: Service
metadata: { name: kubernetes, namespace: default }
spec: { clusterIP: 10.96.0.1, ports: [{ port: 443, targetPort: 6443 }] }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: shop }
spec: { clusterIP: 10.96.3.4, selector: { app: api }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: runner, namespace: ci }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: api, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: cluster-admin, labels: { kubernetes.io/bootstrapping: rbac-defaults } }
rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, { nonResourceURLs: ['*'], verbs: ['*'] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: cluster-admin, labels: { kubernetes.io/bootstrapping: rbac-defaults } }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:masters' }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: 'kubeadm:cluster-admins' }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'kubeadm:cluster-admins' }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: ci-admin }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects:
  - { kind: ServiceAccount, name: runner, namespace: ci }
  - { apiGroup: rbac.authorization.k8s.io, kind: User, name: ada }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kube-flannel-ds, namespace: kube-system }
spec: { template: { spec: { containers: [{ name: kube-flannel, image: 'flannel/flannel:v0.27.4' }] } } }
---
apiVersion: probe.kubeharden/v1
kind: IdentityProbe
metadata: { name: kubernetes-admin }
groups: ['kubeadm:cluster-admins', 'system:authenticated']
credential: client-certificate
`)
