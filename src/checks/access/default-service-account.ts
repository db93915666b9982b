import { defineCheck } from '#model/check.ts'
import { some } from '#simulate/rbacCover.ts'
import { accountName, boundAccounts, canHoldToken, mountsToken } from './accounts.ts'

export const check = defineCheck({
  id: 'access/default-service-account',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['5.1.5'], nsa: ['Authentication and authorization', 'Kubernetes Pod security'], risk: ['R35'] },
  text: {
    title: { en: 'The default service accounts are not used' },
    why: {
      en: 'Every pod that names no service account runs as default. A right given to it for one program is a right of all of them, and an attacker in any of these pods has it.',
    },
    fix: {
      en: 'Give each program its own service account, bind rights to that, and set automountServiceAccountToken: false on the service account default.',
    },
  },
  reads: ['serviceAccounts', 'pods', 'clusterRoleBindings', 'roleBindings'],
  messages: {
    bound: { en: 'Rights are bound to the service account default of {namespace}: {bindings}.' },
    used: { en: 'Pods of {namespace} that run as the service account default and carry its token: {pods}.' },
    idle: { en: 'Nothing is bound to the service account default of {namespace}, and no pod carries its token.' },
  },
  *evaluate({ serviceAccounts, pods, clusterRoleBindings, roleBindings }) {
    const bindingsOf = boundAccounts({ clusterRoleBindings, roleBindings })
    const asDefault = pods.filter((pod) => canHoldToken(pod) && accountName(pod.spec) === 'default')
    for (const account of serviceAccounts.filter(({ metadata }) => metadata.name === 'default')) {
      const namespace = account.metadata.namespace ?? ''
      const object = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' }
      const bindings = bindingsOf(namespace, 'default')
      const users = asDefault.filter((pod) => pod.metadata.namespace === namespace && mountsToken(pod.spec, account))
      const params = { namespace, bindings: some(bindings, 3), pods: users.length }
      if (bindings.length > 0) yield { status: 'fail', object, saw: some(bindings, 3), message: 'bound', params }
      else if (users.length > 0) {
        const saw = some(
          users.map((pod) => pod.metadata.name),
          3,
        )
        yield { status: 'fail', object, path: 'automountServiceAccountToken', saw, message: 'used', params }
      } else yield { status: 'pass', object, message: 'idle', params }
    }
  },
  examples: {
    bad: `apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
  namespace: shop
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: app-view
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: default
    namespace: shop
`,
    good: `apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
  namespace: shop
automountServiceAccountToken: false
---
apiVersion: v1
kind: Pod
metadata:
  name: job
  namespace: shop
spec:
  containers:
    - name: job
      image: registry.example.org/job:1.4
`,
  },
})
