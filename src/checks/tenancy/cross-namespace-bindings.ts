import { defineCheck } from '#model/check.ts'
import type { Subject } from '#model/objects/access.ts'
import { foreignSubjects } from '#simulate/rbacForeign.ts'
import { grantsOf } from '#simulate/rbacGrants.ts'
import { accountOf, subjectLabel } from '#simulate/rbacSubjects.ts'
import { listed } from '../workloads/verdicts.ts'

const GROUP = /^system:serviceaccounts:(.+)$/
/** Every API server behind the API server needs it, wherever it runs, and it lets read one ConfigMap. */
const FOR_EXTENSIONS = 'extension-apiserver-authentication-reader'

/** The namespace whose pods are the subject; undefined for people. */
function homeOf(subject: Subject, namespace: string): string | undefined {
  return accountOf(subject, namespace)?.namespace ?? (subject.kind === 'Group' ? GROUP.exec(subject.name)?.[1] : undefined)
}

export const check = defineCheck({
  id: 'tenancy/cross-namespace-bindings',
  severity: 'medium',
  controls: { topic: ['T10', 'T08'], cis: ['5.6.1'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Rights in a namespace go to service accounts of that namespace' },
    why: {
      en: 'A RoleBinding that names a service account of another namespace makes a bridge: whoever may create pods there acts here, and the owner of this namespace does not see who that is.',
    },
    fix: {
      en: 'Run the program in the namespace whose objects it works on, or narrow its role to the objects that it needs. Monitoring, delivery and operators often have to cross: accept the finding for these, each by itself.',
    },
  },
  reads: ['roleBindings', 'clusterRoleBindings', 'clusterRoles', 'roles'],
  messages: {
    crosses: { en: 'Gives {role} here to {subjects}.' },
    stays: { en: 'Gives {role} to service accounts of this namespace only, or to people.' },
  },
  examples: {
    bad: `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: deployer, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects: [{ kind: ServiceAccount, name: deployer, namespace: ci }]
`,
    good: `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: deployer, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit }
subjects: [{ kind: ServiceAccount, name: deployer, namespace: shop }]
`,
  },
  *evaluate(lists) {
    for (const grant of grantsOf(lists)) {
      if (grant.scope.kind === 'cluster' || grant.roleRef.name === FOR_EXTENSIONS) continue
      const { namespace } = grant.scope
      const subjects = foreignSubjects(grant)
      if (subjects.length === 0) continue
      const across = subjects.filter((subject) => (homeOf(subject, namespace) ?? namespace) !== namespace)
      const words = listed(across.map((subject) => subjectLabel(subject, namespace)))
      const role = `${grant.roleRef.kind} ${grant.roleRef.name}`
      const at = { object: grant.binding, path: 'subjects', params: { role, subjects: words } }
      if (across.length > 0) yield { status: 'fail', ...at, saw: words, message: 'crosses' }
      else yield { status: 'pass', ...at, message: 'stays' }
    }
  },
})
