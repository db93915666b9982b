import { defineCheck } from '#model/check.ts'
import type { Subject } from '#model/objects/access.ts'
import { accountOf } from '#simulate/rbacSubjects.ts'

/** Users and groups that look like people: not the cluster's own, not service accounts. */
function isPeople(subject: Subject): boolean {
  return subject.kind !== 'ServiceAccount' && accountOf(subject) === undefined && !/^(system|kubeadm):/.test(subject.name)
}

export const check = defineCheck({
  id: 'access/sign-in-of-people',
  severity: 'medium',
  controls: { topic: ['T07'], cis: ['3.1.1', '3.1.2', '3.1.3'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'People sign in with credentials that end' },
    why: {
      en: 'Client certificates, service account tokens and bootstrap tokens were not made for people: nobody can revoke a certificate, a shared token names no person in the audit log, and both go on working after somebody has left the team.',
    },
    fix: {
      en: 'Let people sign in through OIDC (AuthenticationConfiguration) or your provider’s login, with groups from your directory. Then attest here how it is done and until when that holds.',
    },
  },
  reads: ['clusterRoleBindings', 'roleBindings'],
  messages: {
    attest: { en: 'The API cannot tell how people sign in. Look at the kubeconfigs that are handed out, then attest it.' },
    attestSubjects: {
      en: 'Bindings name people: {users} by user name, {groups} by group. The API cannot tell how they sign in: look at the kubeconfigs that are handed out, then attest it.',
    },
  },
  *evaluate({ clusterRoleBindings, roleBindings }) {
    const people = [...clusterRoleBindings, ...roleBindings].flatMap((binding) => binding.subjects.filter(isPeople))
    const count = (kind: string) => new Set(people.filter((subject) => subject.kind === kind).map((subject) => subject.name)).size
    const params = { users: count('User'), groups: count('Group') }
    const object = { apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }
    if (people.length === 0) yield { status: 'manual', object, message: 'attest' }
    else yield { status: 'manual', object, message: 'attestSubjects', params }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ada
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: ada
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: support
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: oidc:support
`,
  },
})
