import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

/** Each HTTP method reaches the kubelet; get is not reading. A right on named nodes is root on those nodes. */
const RIGHTS = [{ verbs: ['get', 'create', 'update', 'patch', 'delete'], group: '', resources: ['nodes/proxy'] }]

export const check = defineCheck({
  id: 'access/nodes-proxy',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['5.1.10'], nsa: ['Authentication and authorization'], risk: ['R18'] },
  text: {
    title: { en: 'Nobody reaches kubelets through nodes/proxy' },
    why: {
      en: 'nodes/proxy leads to the kubelet’s own API, which runs commands in every pod of the node. get is enough for it, by WebSocket. No admission control sees it and the audit log does not show the command: it is root on the nodes.',
    },
    fix: {
      en: 'Monitoring needs nodes/metrics and nodes/stats in its place; log collectors nodes/log; from Kubernetes 1.33 on there are also nodes/healthz, nodes/pods and nodes/configz. Then remove nodes/proxy from the role.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings'],
  messages: messages({ en: 'Gives no right on nodes/proxy.' }),
  evaluate: (seen) => judge(seen, RIGHTS, () => 'risk'),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: monitoring
rules:
  - apiGroups: [""]
    resources: [nodes, nodes/proxy]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: monitoring
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: monitoring
subjects:
  - kind: ServiceAccount
    name: prometheus
    namespace: monitoring
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: monitoring
rules:
  - apiGroups: [""]
    resources: [nodes, nodes/metrics]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: monitoring
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: monitoring
subjects:
  - kind: ServiceAccount
    name: prometheus
    namespace: monitoring
`,
  },
})
