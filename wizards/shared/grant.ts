import type { Change } from '#model/change.ts'
import type { Item } from '#model/kinds.ts'
import type { Subject } from '#model/objects/access.ts'
import { refLabel } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { fieldManager } from '#model/wizard.ts'
import { input } from './cluster.ts'
import { type Rule, rulesValue } from './rules.ts'
import { sameSubject, subjectValue } from './subjects.ts'

const RBAC_API = 'rbac.authorization.k8s.io/v1'

/** A role, whom it is bound to and where. Without namespaces: cluster-wide. */
export interface NewGrant {
  readonly wizard: string
  readonly roleName: string
  readonly bindingName: string
  readonly rules: readonly Rule[]
  readonly subjects: readonly Subject[]
  readonly namespaces: readonly string[] | undefined
  /** Namespace of the binding the subjects come from: a service account without a namespace means that one. */
  readonly from?: string
}

/** Applies of a role and its binding in each namespace, or of a ClusterRole and its binding. @throws HardenError `input` where a name is taken */
export function grantChanges(state: State, grant: NewGrant): Change[] {
  if (grant.namespaces === undefined) return pair(state, grant, undefined)
  return grant.namespaces.flatMap((namespace) => pair(state, grant, namespace))
}

function pair(state: State, grant: NewGrant, namespace: string | undefined): Change[] {
  refuseTakenRole(state, grant, namespace)
  const subjects = [
    ...keptSubjects(state, grant, namespace).map((s) => subjectValue(s, namespace)),
    ...grant.subjects.map((s) => subjectValue(s, grant.from)),
  ]
  const rules = rulesValue(grant.rules)
  if (namespace === undefined)
    return [
      { kind: 'apply', template: 'rbac-role/cluster-role', values: { name: grant.roleName, rules } },
      {
        kind: 'apply',
        template: 'rbac-role/cluster-role-binding',
        values: { name: grant.bindingName, roleName: grant.roleName, subjects },
      },
    ]
  return [
    { kind: 'apply', template: 'rbac-role/role', values: { name: grant.roleName, namespace, rules } },
    {
      kind: 'apply',
      template: 'rbac-role/role-binding',
      values: { name: grant.bindingName, namespace, roleName: grant.roleName, subjects },
    },
  ]
}

/** A role of this name with other rules belongs to somebody else, unless this wizard made it. */
function refuseTakenRole(state: State, grant: NewGrant, namespace: string | undefined): void {
  const role = findRole(state, grant.roleName, namespace)
  const ref = { apiVersion: RBAC_API, kind: namespace === undefined ? 'ClusterRole' : 'Role', namespace, name: grant.roleName }
  if (role === undefined || role.metadata.managers.includes(fieldManager(grant.wizard)) || sameRules(role.rules, grant.rules)) return
  throw input(
    `${safe(refLabel(ref))} exists already with other rules.`,
    'Choose another name for the role: changing this one would change the rights of everybody it is bound to.',
  )
}

export function findRole(state: State, name: string, namespace: string | undefined): Item<'roles'> | undefined {
  const roles = namespace === undefined ? itemsOf(state, 'clusterRoles') : itemsOf(state, 'roles')
  return roles.find((r) => r.metadata.name === name && r.metadata.namespace === namespace)
}

/** Subjects that an existing binding of this name holds already: they stay. @throws HardenError where it binds another role */
function keptSubjects(state: State, grant: NewGrant, namespace: string | undefined): Subject[] {
  const bindings = namespace === undefined ? itemsOf(state, 'clusterRoleBindings') : itemsOf(state, 'roleBindings')
  const existing = bindings.find((b) => b.metadata.name === grant.bindingName && b.metadata.namespace === namespace)
  if (existing === undefined) return []
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  if (existing.roleRef.kind !== kind || existing.roleRef.name !== grant.roleName)
    throw input(
      `A binding named ${safe(grant.bindingName)} exists already and binds ${safe(existing.roleRef.kind)} ${safe(existing.roleRef.name)}; what a binding binds cannot be changed.`,
      'Choose another name for the role.',
    )
  return existing.subjects.filter((s) => !grant.subjects.some((g) => sameSubject(s, g)))
}

function sameRules(have: Item<'roles'>['rules'], want: readonly Rule[]): boolean {
  const plain = have.map((r) => [r.apiGroups, r.resources, r.resourceNames, r.verbs, r.nonResourceURLs])
  return JSON.stringify(plain) === JSON.stringify(want.map((r) => [r.apiGroups, r.resources, r.resourceNames ?? [], r.verbs, []]))
}
