import { defineCheck, type Finding } from '#model/check.ts'
import { some } from '#simulate/rbacCover.ts'
import { type Grant, grantsOf } from '#simulate/rbacGrants.ts'
import { accountOf, systemBinding } from '#simulate/rbacSubjects.ts'
import { about } from './shared.ts'

/** The API server makes these roles again at its start: where none was read (a folder of manifests), it is there all the same. */
function isMissing(grant: Grant): boolean {
  return grant.role === 'missing' && !(grant.roleRef.kind === 'ClusterRole' && grant.roleRef.name.startsWith('system:'))
}

export const check = defineCheck({
  id: 'access/dangling-bindings',
  severity: 'low',
  controls: { topic: ['T08'], nsa: ['Authentication and authorization'], risk: ['R38'] },
  text: {
    title: { en: 'Bindings point to what exists' },
    why: {
      en: 'A binding to a role or service account that is gone waits for its return: whoever creates one of that name, for quite another purpose or on purpose, has the rights at once.',
    },
    fix: { en: 'Delete the binding, or the subject in it that is gone. If it was meant for something else, bind that.' },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings', 'serviceAccounts'],
  messages: {
    noRole: { en: '{role} does not exist; it would give its rights to {subjects} {scope} as soon as somebody creates it.' },
    noAccount: { en: '{gone} does not exist; whoever creates it gets {role} {scope}.' },
    notVisible: { en: 'It cannot be told whether {gone} exists: the service accounts of its namespace were not seen.' },
    whole: { en: '{role} exists, and so do the service accounts it is bound to.' },
  },
  *evaluate(seen, { complete }): Iterable<Finding<'noRole' | 'noAccount' | 'notVisible' | 'whole'>> {
    const accounts = new Set(seen.serviceAccounts.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
    // Every namespace has a service account: where none was seen, the namespace was not seen, or is gone. It is gone where
    // nothing was hidden and this is a whole cluster (one has accounts in kube-system), not a folder of manifests.
    const visible = new Set(seen.serviceAccounts.map(({ metadata }) => metadata.namespace))
    const whole = complete && visible.has('kube-system')

    for (const grant of grantsOf(seen)) {
      if (systemBinding(grant.meta, grant.roleRef.name) !== undefined) continue
      const one = { grant, subjects: grant.subjects }
      if (isMissing(grant)) {
        yield about(one, 'fail', 'noRole')
        continue
      }
      const named = grant.subjects.flatMap((subject) => accountOf(subject, grant.meta.namespace) ?? [])
      const gone = named.filter(({ namespace, name }) => !accounts.has(`${namespace}/${name}`))
      // The account default comes back by itself; folders of manifests need not hold it.
      const surely = gone.filter(({ namespace, name }) => (visible.has(namespace) ? name !== 'default' : whole))
      const unsure = gone.filter(({ namespace }) => !whole && !visible.has(namespace))
      const listed = (surely.length > 0 ? surely : unsure).map(({ namespace, name }) => `ServiceAccount ${namespace}/${name}`)
      const extra = { path: 'subjects', saw: some(listed, 3) }
      const withGone = <M extends string>(finding: Finding<M>) => ({
        ...finding,
        ...extra,
        params: { ...finding.params, gone: some(listed, 3) },
      })
      if (surely.length > 0) yield withGone(about(one, 'fail', 'noAccount'))
      else if (unsure.length > 0) yield withGone(about(one, 'unknown', 'notVisible'))
      else yield about(one, 'pass', 'whole')
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: old-deployer
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
    good: `apiVersion: v1
kind: ServiceAccount
metadata:
  name: reader
  namespace: shop
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: reader
    namespace: shop
`,
  },
})
