import { defineCheck, type Finding } from '#model/check.ts'
import type { Subject } from '#model/objects/access.ts'
import { EVERYBODY } from '#simulate/rbacDefaults.ts'
import { about, held } from './shared.ts'

/** Who is meant by a subject that stands for everybody. */
function who({ kind, name }: Subject): 'anonymous' | 'authenticated' | 'accounts' | undefined {
  if (kind === 'ServiceAccount' || !EVERYBODY.has(name)) return undefined
  if (name === 'system:authenticated') return 'authenticated'
  return name === 'system:serviceaccounts' ? 'accounts' : 'anonymous'
}

export const check = defineCheck({
  id: 'access/anonymous-bindings',
  severity: 'critical',
  controls: { topic: ['T07', 'T08'], nsa: ['Authentication and authorization'], risk: ['R36'] },
  text: {
    title: { en: 'No rights for everybody' },
    why: {
      en: 'What is bound to system:anonymous or system:unauthenticated belongs to anyone who reaches the API server, without a password. What is bound to system:authenticated or system:serviceaccounts belongs to every user and every pod, the taken-over one too.',
    },
    fix: {
      en: 'Find out who needs it, bind the role to those users, groups or service accounts by name, then delete this binding. What Kubernetes itself gives to everybody (discovery, version, questions about oneself) is not reported.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: {
    anonymous: { en: 'Anybody without credentials ({subjects}) has {role} {scope}.' },
    authenticated: { en: 'Everybody who can sign in, every service account too ({subjects}), has {role} {scope}.' },
    accounts: { en: 'Every service account of the cluster ({subjects}) has {role} {scope}.' },
    named: { en: '{role} is bound {scope} to those who are named: {subjects}.' },
  },
  *evaluate(seen): Iterable<Finding<'anonymous' | 'authenticated' | 'accounts' | 'named'>> {
    for (const one of held(seen)) {
      const everybody = one.subjects.filter((subject) => who(subject) !== undefined)
      const found = (['anonymous', 'authenticated', 'accounts'] as const).find((kind) => everybody.some((subject) => who(subject) === kind))
      if (found === undefined) yield about(one, 'pass', 'named')
      else yield { ...about({ grant: one.grant, subjects: everybody }, 'fail', found), path: 'subjects' }
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: dashboard-for-all
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:unauthenticated
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:public-info-viewer
  labels:
    kubernetes.io/bootstrapping: rbac-defaults
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:public-info-viewer
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:unauthenticated
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: support
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: support
`,
  },
})
