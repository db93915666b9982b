import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

/** One webhook is enough to see everything: whoever may change it by name changes what it is asked about. */
const RIGHTS = [
  {
    verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    group: 'admissionregistration.k8s.io',
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
  },
]

export const check = defineCheck({
  id: 'access/webhook-write',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['5.1.12'], nsa: ['Authentication and authorization'], risk: ['R23'] },
  text: {
    title: { en: 'Few can change admission webhooks' },
    why: {
      en: 'An admission webhook is shown every object that is written, Secrets too, and a mutating one may alter it. Whoever writes its configuration sends the whole cluster’s writes to a server of their own, or switches off the webhook that guards it.',
    },
    fix: {
      en: 'Leave webhook configurations to the pipeline that installs their product. Operators that renew their own certificate there need patch on their own configuration by name; even that can be misused, so accept it only for operators you trust.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings'],
  messages: messages({ en: 'Gives no right to change admission webhooks.' }),
  evaluate: (seen) => judge(seen, RIGHTS, () => 'risk'),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: webhook-installer
rules:
  - apiGroups: [admissionregistration.k8s.io]
    resources: [mutatingwebhookconfigurations]
    verbs: [create, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: webhook-installer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: webhook-installer
subjects:
  - kind: ServiceAccount
    name: installer
    namespace: tools
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: webhook-viewer
rules:
  - apiGroups: [admissionregistration.k8s.io]
    resources: [mutatingwebhookconfigurations]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: webhook-viewer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: webhook-viewer
subjects:
  - kind: ServiceAccount
    name: installer
    namespace: tools
`,
  },
})
