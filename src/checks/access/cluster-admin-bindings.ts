import { defineCheck } from '#model/check.ts'
import { about, held, isAdminGrant } from './shared.ts'

export const check = defineCheck({
  id: 'access/cluster-admin-bindings',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['5.1.1'], nsa: ['Authentication and authorization'], risk: ['R01'] },
  text: {
    title: { en: 'cluster-admin is held only where it is needed' },
    why: {
      en: 'Whoever takes over a holder of cluster-admin, by a stolen kubeconfig or a hole in a pod that runs under such a service account, owns every workload, every Secret and every node.',
    },
    fix: {
      en: 'Replace the binding by a role with the rights that are really used, in the namespaces where they are used. Keep one emergency path: the group kubeadm:cluster-admins or your provider’s.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: {
    admin: { en: '{subjects} may do everything {scope}, through {role}.' },
    mastersOnly: { en: '{role} is bound to system:masters only, which has these rights without any binding.' },
    clean: { en: '{role} is not as good as cluster-admin.' },
  },
  *evaluate(seen) {
    for (const one of held(seen)) {
      if (!isAdminGrant(one.grant)) {
        if (one.grant.role !== 'missing') yield about(one, 'pass', 'clean')
        continue
      }
      const subjects = one.subjects.filter((subject) => subject.kind !== 'Group' || subject.name !== 'system:masters')
      if (subjects.length === 0) yield about(one, 'pass', 'mastersOnly')
      else yield about({ grant: one.grant, subjects }, 'fail', 'admin')
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: developers-admin
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: developers
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: cluster-admin
  labels:
    kubernetes.io/bootstrapping: rbac-defaults
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:masters
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: developers
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: developers
`,
  },
})
