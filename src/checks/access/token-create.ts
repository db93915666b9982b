import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

const RIGHTS = [{ verbs: ['create'], group: '', resources: ['serviceaccounts/token'] }]

export const check = defineCheck({
  id: 'access/token-create',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['5.1.13'], nsa: ['Authentication and authorization'], risk: ['R11'] },
  text: {
    title: { en: 'Few can make service account tokens' },
    why: {
      en: 'create on serviceaccounts/token makes a token of any service account in reach, one that lives on after the attacker’s own sign-in is closed. In kube-system it makes tokens of the controllers, which may do nearly everything.',
    },
    fix: {
      en: 'Name the service accounts in resourceNames, or remove the right. Pods get their own tokens from the kubelet and need no right for it. admin and edit hold this right in their namespace.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: messages(
    { en: 'Gives no right to make service account tokens.' },
    { en: '{subjects} may {rule} {scope}, through {role}: only for the service accounts that are named.' },
  ),
  evaluate: (seen) => judge(seen, RIGHTS),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: token-maker
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [serviceaccounts/token]
    verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: token-maker
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: token-maker
subjects:
  - kind: ServiceAccount
    name: ci
    namespace: shop
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: token-maker
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [serviceaccounts/token]
    resourceNames: [uploader]
    verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: token-maker
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: token-maker
subjects:
  - kind: ServiceAccount
    name: ci
    namespace: shop
`,
  },
})
