import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

const WRITE = ['create', 'update', 'patch']
const RIGHTS = [
  { verbs: ['create'], group: '', resources: ['pods'] },
  { verbs: WRITE, group: '', resources: ['replicationcontrollers', 'podtemplates'] },
  { verbs: WRITE, group: 'apps', resources: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'] },
  { verbs: WRITE, group: 'batch', resources: ['jobs', 'cronjobs'] },
]

export const check = defineCheck({
  id: 'access/workload-create',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['5.1.4'], nsa: ['Authentication and authorization'], risk: ['R12', 'R13'] },
  text: {
    title: { en: 'Few can create workloads' },
    why: {
      en: 'Whoever creates a pod, or a workload that makes pods, chooses its service account and mounts any Secret of the namespace; where Pod Security does not forbid it, also the node’s disk. It is a way to every right in that namespace.',
    },
    fix: {
      en: 'Leave creating workloads to the deployment pipeline, in the namespaces it serves; give people view. Enforce Pod Security in each namespace where somebody may create pods. admin and edit hold this right.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: messages(
    { en: 'Gives no right to create workloads.' },
    { en: '{subjects} may {rule} {scope}, through {role}: only the workloads that are named.' },
  ),
  evaluate: (seen) => judge(seen, RIGHTS),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: deployer
  namespace: shop
rules:
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get, create, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: deployer
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: deployer
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: ada
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: restarter
  namespace: shop
rules:
  - apiGroups: [apps]
    resources: [deployments]
    resourceNames: [frontend]
    verbs: [get, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: restarter
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: restarter
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: ada
`,
  },
})
