import { defineCheck } from '#model/check.ts'
import { about, held } from './shared.ts'

export const check = defineCheck({
  id: 'access/masters-group',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['5.1.7'], nsa: ['Authentication and authorization'], risk: ['R37'] },
  text: {
    title: { en: 'system:masters is not used in bindings' },
    why: {
      en: 'Members of system:masters pass before RBAC is asked, so a binding for that group adds nothing and suggests that rights of its members could be taken away. They cannot: whoever holds such a certificate is beyond every role.',
    },
    fix: {
      en: 'Delete the binding, or bind a group of your own in its place. Hand out no certificates with O=system:masters; these do not show in any binding, so look for them where kubeconfigs are kept.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: {
    bound: { en: 'system:masters is bound to {role} {scope}, though it has every right without any binding.' },
    clean: { en: 'system:masters is not among the subjects.' },
  },
  *evaluate(seen) {
    for (const one of held(seen)) {
      const masters = one.subjects.filter((subject) => subject.kind === 'Group' && subject.name === 'system:masters')
      if (masters.length === 0) yield about(one, 'pass', 'clean')
      else yield { ...about({ grant: one.grant, subjects: masters }, 'fail', 'bound'), path: 'subjects' }
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: operators
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:masters
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: operators
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: operators
`,
  },
})
