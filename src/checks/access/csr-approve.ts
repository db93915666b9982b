import { defineCheck, type Finding } from '#model/check.ts'
import type { PolicyRule } from '#model/objects/access.ts'
import { isFullWildcard } from '#simulate/rbacCover.ts'
import { subjectLabel } from '#simulate/rbacSubjects.ts'
import { about, describeHits, type Held, type Hit, hitsOf, judgeable } from './shared.ts'

const GROUP = 'certificates.k8s.io'
const APPROVAL = [{ verbs: ['update', 'patch'], group: GROUP, resources: ['certificatesigningrequests/approval'] }]
const STATUS = [{ verbs: ['update', 'patch'], group: GROUP, resources: ['certificatesigningrequests/status'] }]
const APPROVE = [{ verbs: ['approve'], group: GROUP, resources: ['signers'] }]
const SIGN = [{ verbs: ['sign'], group: GROUP, resources: ['signers'] }]
/** Signers whose certificates sign somebody in: users, and nodes. `kubernetes.io/*` is how the signer check writes all of a domain. */
const SIGN_IN = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/*']

function signsIn(hit: Hit): boolean {
  return hit.cover.on === 'all' || hit.cover.names.some((name) => SIGN_IN.includes(name))
}

/** Approving takes a right on the request and one on the signer; they may come from two bindings of one subject. */
function partsOf(rules: readonly PolicyRule[], others: readonly PolicyRule[]) {
  const pair = (own: Hit[], partner: readonly Hit[]) => (own.length > 0 && partner.some(signsIn) ? own : [])
  const approval = [...hitsOf(rules, APPROVAL)]
  const status = [...hitsOf(rules, STATUS)]
  return {
    power: [...pair(approval, hitsOf(others, APPROVE)), ...pair(status, hitsOf(others, SIGN))],
    idle: [...approval, ...status, ...hitsOf(rules, [...APPROVE, ...SIGN])],
  }
}

/** The rules that the subjects of a binding hold cluster-wide, through all of their bindings. */
function allRulesOf(one: Held, all: readonly Held[]): readonly PolicyRule[] {
  const own = new Set(one.subjects.map((subject) => subjectLabel(subject)))
  return all.filter(({ subjects }) => subjects.some((subject) => own.has(subjectLabel(subject)))).flatMap(({ grant }) => grant.rules)
}

export const check = defineCheck({
  id: 'access/csr-approve',
  severity: 'critical',
  controls: { topic: ['T07', 'T08'], cis: ['5.1.11'], nsa: ['Authentication and authorization'], risk: ['R21', 'R22'] },
  text: {
    title: { en: 'Few can approve certificates that sign in' },
    why: {
      en: 'Who may approve or sign requests for client certificates makes one for any user name that the cluster trusts. It cannot be revoked, and it outlives the account that approved it.',
    },
    fix: {
      en: 'Keep approval to a small group of administrators, and limit approve on signers by resourceNames to the signer that is needed: kubernetes.io/kubelet-serving for kubelets’ serving certificates signs nobody in.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings'],
  messages: {
    granted: {
      en: '{subjects} may {rule} and approve or sign for a signer of client certificates, through {role} or with another binding.',
    },
    idle: { en: '{subjects} may {rule}, but for no signer whose certificates sign anybody in.' },
    clean: { en: 'Gives no right to approve or sign certificates.' },
  },
  *evaluate(seen): Iterable<Finding<'granted' | 'idle' | 'clean'>> {
    const all = judgeable(seen)
    for (const one of all) {
      const rules = one.grant.rules.filter((rule) => !isFullWildcard(rule))
      const { power, idle } = partsOf(rules, allRulesOf(one, all))
      if (power.length > 0) yield about(one, 'fail', 'granted', describeHits(power))
      // Everything on the group is wildcard-rules' to tell: no pass is given for it here.
      else if (partsOf(one.grant.rules, one.grant.rules).power.length > 0) continue
      else if (idle.length > 0) yield about(one, 'pass', 'idle', describeHits(idle))
      else yield about(one, 'pass', 'clean')
    }
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: approver
rules:
  - apiGroups: [certificates.k8s.io]
    resources: [certificatesigningrequests/approval]
    verbs: [update]
  - apiGroups: [certificates.k8s.io]
    resources: [signers]
    resourceNames: [kubernetes.io/kube-apiserver-client]
    verbs: [approve]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: approver
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: approver
subjects:
  - kind: ServiceAccount
    name: approver
    namespace: tools
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: approver
rules:
  - apiGroups: [certificates.k8s.io]
    resources: [certificatesigningrequests/approval]
    verbs: [update]
  - apiGroups: [certificates.k8s.io]
    resources: [signers]
    resourceNames: [kubernetes.io/kubelet-serving]
    verbs: [approve]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: approver
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: approver
subjects:
  - kind: ServiceAccount
    name: approver
    namespace: tools
`,
  },
})
