import { defineCheck } from '#model/check.ts'
import { byName, judge, messages } from './shared.ts'

const RIGHTS = [
  { verbs: ['get', 'create'], group: '', resources: ['pods/exec', 'pods/attach'] },
  { verbs: ['update', 'patch'], group: '', resources: ['pods/ephemeralcontainers'] },
]

/** Before 1.35 a WebSocket upgrade needed get alone; since then create as well (AuthorizePodWebsocketUpgradeCreatePermission). */
function createIsNeeded(version: string | undefined): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? []
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 35)
}

export const check = defineCheck({
  id: 'access/exec-attach',
  severity: 'high',
  controls: { topic: ['T08'], nsa: ['Authentication and authorization'], risk: ['R14', 'R16'] },
  text: {
    title: { en: 'Few can enter running pods' },
    why: {
      en: 'exec, attach and debug containers run commands inside a pod, with its service account token, its Secrets and its network. An attacker needs no image and no new pod, and what is done inside shows in no object.',
    },
    fix: {
      en: 'Give people logs and view in place of exec. Where exec is needed to find faults, bind it in single namespaces, to a group whose members change only with approval. admin and edit hold exec.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: messages(
    { en: 'Gives no right to enter running pods.' },
    {
      en: '{subjects} may {rule} {scope}, through {role}: for named pods only, or by a get that opens no session from Kubernetes 1.35 on.',
    },
  ),
  *evaluate(seen, { cluster }) {
    yield* judge(seen, RIGHTS, (hit) => (hit.verb === 'get' && createIsNeeded(cluster.version) ? 'narrow' : byName(hit)))
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: debugger
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [get, list]
  - apiGroups: [""]
    resources: [pods/exec]
    verbs: [create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: debugger
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: debugger
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: developers
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: log-reader
  namespace: shop
rules:
  - apiGroups: [""]
    resources: [pods, pods/log]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: log-reader
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: log-reader
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: developers
`,
  },
})
