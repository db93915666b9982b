import type { Item } from '#model/kinds.ts'
import type { PolicyRule, Subject } from '#model/objects/access.ts'
import type { Meta } from '#model/objects/meta.ts'
import type { ObjectRef } from '#model/refs.ts'
import { type Request, ruleAllows } from './rbac.ts'
import { rulesOfClusterRoles } from './rbacAggregate.ts'
import { BUILTIN_ROLES } from './rbacBuiltin.ts'
import { type Identity, subjectMatches } from './rbacSubjects.ts'

export const RBAC_API = 'rbac.authorization.k8s.io/v1'

/** The lists that rights are made of. Without the namespaced two, only what holds cluster-wide is known. */
export interface RbacLists {
  readonly clusterRoles: readonly Item<'clusterRoles'>[]
  readonly clusterRoleBindings: readonly Item<'clusterRoleBindings'>[]
  readonly roles?: readonly Item<'roles'>[]
  readonly roleBindings?: readonly Item<'roleBindings'>[]
}

export type Scope = { readonly kind: 'cluster' } | { readonly kind: 'namespace'; readonly namespace: string }

/** One binding with what it gives, to whom, and where. */
export interface Grant {
  readonly binding: ObjectRef
  readonly meta: Meta
  readonly roleRef: { readonly kind: string; readonly name: string }
  /** The role bound; `builtin` is one every API server creates, but that was not among the roles read. */
  readonly role: 'found' | 'builtin' | 'missing'
  readonly scope: Scope
  readonly subjects: readonly Subject[]
  readonly rules: readonly PolicyRule[]
}

/**
 * Every binding as a grant. The scope is the binding's: a ClusterRole in a RoleBinding holds in one namespace. `stored`: only
 * what lies in a cluster counts, as for its authorizer: an aggregated role gives what its controller has filled in, and a
 * role that is not there gives nothing.
 */
export function grantsOf(lists: RbacLists, { stored = false }: { readonly stored?: boolean } = {}): readonly Grant[] {
  const clusterRoles = stored
    ? new Map(lists.clusterRoles.map((role) => [role.metadata.name, role.rules]))
    : rulesOfClusterRoles(lists.clusterRoles)
  const roles = new Map((lists.roles ?? []).map((role) => [`${role.metadata.namespace}/${role.metadata.name}`, role.rules]))

  const grant = (binding: Item<'roleBindings'>, kind: string, scope: Scope): Grant => {
    const { metadata: meta, roleRef, subjects } = binding
    const local = scope.kind === 'namespace' && roleRef.kind === 'Role' ? roles.get(`${scope.namespace}/${roleRef.name}`) : undefined
    const found = roleRef.kind === 'ClusterRole' ? clusterRoles.get(roleRef.name) : local
    const builtin = roleRef.kind === 'ClusterRole' && !stored ? BUILTIN_ROLES.get(roleRef.name) : undefined
    return {
      binding: { apiVersion: RBAC_API, kind, name: meta.name, ...(scope.kind === 'namespace' ? { namespace: scope.namespace } : {}) },
      meta,
      roleRef: { kind: roleRef.kind, name: roleRef.name },
      role: found !== undefined ? 'found' : builtin !== undefined ? 'builtin' : 'missing',
      scope,
      subjects,
      rules: found ?? builtin ?? [],
    }
  }

  return [
    ...lists.clusterRoleBindings.map((binding) => grant(binding, 'ClusterRoleBinding', { kind: 'cluster' })),
    ...(lists.roleBindings ?? []).map((binding) =>
      grant(binding, 'RoleBinding', { kind: 'namespace', namespace: binding.metadata.namespace ?? '' }),
    ),
  ]
}

/** Where a grant can serve a request: cluster-wide everything; in a namespace only requests inside it. */
export function reaches(scope: Scope, request: Request): boolean {
  if (scope.kind === 'cluster') return true
  return !('path' in request) && request.namespace === scope.namespace
}

/** A subject that may do something, and what allows it. */
export interface Allowed {
  readonly subject: Subject
  readonly grant: Grant
  readonly rule: PolicyRule
}

/** Who may do this, through which binding and rule. system:masters, which no binding need name, is not in the answer. */
export function whoCan(grants: readonly Grant[], request: Request): readonly Allowed[] {
  return grants.flatMap((grant) => {
    const rule = reaches(grant.scope, request) ? grant.rules.find((r) => ruleAllows(r, request)) : undefined
    return rule === undefined ? [] : grant.subjects.map((subject) => ({ subject, grant, rule }))
  })
}

/** The grants that name this identity, by user name, group or service account. */
export function grantsFor(grants: readonly Grant[], identity: Identity): readonly Grant[] {
  return grants.filter((grant) => grant.subjects.some((subject) => subjectMatches(subject, identity, grant.meta.namespace)))
}

/** Does RBAC allow the request? Members of system:masters pass before RBAC is asked. */
export function can(grants: readonly Grant[], identity: Identity, request: Request): boolean {
  if (identity.groups.includes('system:masters')) return true
  return grantsFor(grants, identity).some((grant) => reaches(grant.scope, request) && grant.rules.some((rule) => ruleAllows(rule, request)))
}
