import { defineCheck } from '#model/check.ts'
import { isFullWildcard } from '#simulate/rbacCover.ts'
import type { RbacLists } from '#simulate/rbacGrants.ts'
import { accountOf } from '#simulate/rbacSubjects.ts'
import { type Held, type Hit, held, isAdminGrant, judge, messages, type Weight } from './shared.ts'

const RBAC = 'rbac.authorization.k8s.io'
/** Constrained impersonation (alpha in 1.35, beta in 1.36); the mode of the own node only is left out: node agents need it. */
const CONSTRAINED = ['impersonate:user-info', 'impersonate:serviceaccount', 'impersonate:arbitrary-node']
/** escalate and bind are rights on roles, not on bindings. Extra fields and uids count only for authorizers that read them. */
const RIGHTS = [
  { verbs: ['escalate', 'bind'], group: RBAC, resources: ['roles', 'clusterroles'] },
  { verbs: ['impersonate'], group: '', resources: ['users', 'groups', 'serviceaccounts'] },
  { verbs: CONSTRAINED, group: 'authentication.k8s.io', resources: ['users', 'groups', 'serviceaccounts', 'nodes'] },
]

/** Namespaces whose service accounts are worth more than the namespace: kube-system, and those with an account that is cluster-admin. */
function powerfulNamespaces(seen: RbacLists): ReadonlySet<string> {
  const admins = held(seen).filter(({ grant }) => grant.scope.kind === 'cluster' && isAdminGrant(grant))
  return new Set(['kube-system', ...admins.flatMap(({ subjects }) => subjects.flatMap((subject) => accountOf(subject)?.namespace ?? []))])
}

/** May the roles that can be bound by name do everything? */
function namesPower(hit: Hit, seen: RbacLists): boolean {
  const names = hit.cover.on === 'all' ? [] : hit.cover.names
  if (hit.resource === 'clusterroles' && names.includes('cluster-admin')) return true
  const roles = hit.resource === 'clusterroles' ? seen.clusterRoles : (seen.roles ?? [])
  return roles.some((role) => names.includes(role.metadata.name) && role.rules.some(isFullWildcard))
}

function weigh(hit: Hit, { grant }: Held, seen: RbacLists, powerful: ReadonlySet<string>): Weight {
  if (grant.scope.kind === 'cluster') return hit.verb === 'bind' && hit.cover.on === 'names' && !namesPower(hit, seen) ? 'narrow' : 'risk'
  // In one namespace: roles and service accounts live there; users, groups and nodes do not, and writing a ClusterRole is cluster-wide.
  if (hit.verb === 'bind') return hit.cover.on === 'names' && !namesPower(hit, seen) ? 'narrow' : 'risk'
  if (hit.verb === 'escalate') return hit.resource === 'roles' ? 'risk' : 'none'
  if (hit.resource !== 'serviceaccounts') return 'none'
  return powerful.has(grant.scope.namespace) ? 'risk' : 'narrow'
}

export const check = defineCheck({
  id: 'access/escalate-bind-impersonate',
  severity: 'critical',
  controls: {
    topic: ['T08'],
    cis: ['5.1.8'],
    nsa: ['Authentication and authorization'],
    risk: ['R03', 'R04', 'R07', 'R08'],
  },
  text: {
    title: { en: 'Few can escalate, bind or impersonate' },
    why: {
      en: 'These three verbs are made to go beyond one’s own rights: escalate writes roles with any right, bind hands out any role, impersonate acts as anybody, system:masters included. Holding one is as good as being cluster-admin, in the scope of the binding.',
    },
    fix: {
      en: 'Remove the verbs. Who manages bindings can hold bind with resourceNames: the roles that may be handed out. Who must act for others gets impersonate with resourceNames, never on groups as a whole.',
    },
  },
  reads: ['clusterRoles', 'clusterRoleBindings', 'roles', 'roleBindings'],
  messages: messages(
    { en: 'Gives no right to escalate, bind or impersonate.' },
    {
      en: '{subjects} may {rule} {scope}, through {role}: only roles that are named, or service accounts of a namespace where none is cluster-admin.',
    },
  ),
  *evaluate(seen) {
    const powerful = powerfulNamespaces(seen)
    yield* judge(seen, RIGHTS, (hit, one) => weigh(hit, one, seen, powerful))
  },
  examples: {
    bad: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: help-desk
rules:
  - apiGroups: [""]
    resources: [users, groups]
    verbs: [impersonate]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: help-desk
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: help-desk
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: help-desk
`,
    good: `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: team-lead
rules:
  - apiGroups: [rbac.authorization.k8s.io]
    resources: [clusterroles]
    resourceNames: [view]
    verbs: [bind]
  - apiGroups: [rbac.authorization.k8s.io]
    resources: [rolebindings]
    verbs: [get, list, create, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: team-lead
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: team-lead
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: ada
`,
  },
})
