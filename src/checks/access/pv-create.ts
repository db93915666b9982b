import { defineCheck } from '#model/check.ts'
import { judge, messages } from './shared.ts'

/** The source of a volume cannot be changed later, but its claimRef can: update hands a released volume to another claim. */
const RIGHTS = [{ verbs: ['create', 'update', 'patch'], group: '', resources: ['persistentvolumes'] }]

export const check = defineCheck({
  id: 'access/pv-create',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['5.1.9'], nsa: ['Authentication and authorization'], risk: ['R26'] },
  text: {
    title: { en: 'Few can create PersistentVolumes' },
    why: {
      en: 'A PersistentVolume of type hostPath is a folder of the node’s disk. A pod mounts it through a claim, which Pod Security does not look into: so an attacker reads the node’s credentials from a pod that looks restricted.',
    },
    fix: {
      en: 'Leave volumes to the storage drivers (CSI) and let people create claims only. Remove create, update and patch on persistentvolumes from all roles but those of the drivers.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings'],
  messages: messages({ en: 'Gives no right to create PersistentVolumes.' }),
  evaluate: (seen) => judge(seen, RIGHTS),
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: storage-people
rules:
  - apiGroups: [""]
    resources: [persistentvolumes]
    verbs: [get, list, create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: storage-people
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: storage-people
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: storage
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: storage-people
rules:
  - apiGroups: [""]
    resources: [persistentvolumes]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: storage-people
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: storage-people
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: storage
`,
  },
})
