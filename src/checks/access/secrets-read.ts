import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

/** watch returns contents as list does, and most tools miss it. */
const RIGHTS = [{ verbs: ['get', 'list', 'watch'], group: '', resources: ['secrets'] }]

export const check = defineCheck({
  id: 'access/secrets-read',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['5.1.2'], nsa: ['Authentication and authorization'], risk: ['R09'] },
  text: {
    title: { en: 'Few can read Secrets' },
    why: {
      en: 'get, list and watch each return the contents of Secrets: passwords, keys and service account tokens. An attacker with this right reads them all at once and goes on as whoever they belong to.',
    },
    fix: {
      en: 'Give the right to named Secrets only (resourceNames with get), or take it away: view holds no Secrets, admin and edit do. Programs get their own Secrets as mounted files and need no right for it.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: messages(
    { en: 'Gives no right to read Secrets.' },
    { en: '{subjects} may {rule} {scope}, through {role}: only the Secrets that are named.' },
  ),
  evaluate: (seen) => judge(seen, RIGHTS),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: developers
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: developers
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: shop-db-reader
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [shop-db]
    verbs: [get]
  - apiGroups: [""]
    resources: [pods, services]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: shop-db-reader
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: shop-db-reader
subjects:
  - kind: ServiceAccount
    name: backend
    namespace: shop
`,
  },
})
