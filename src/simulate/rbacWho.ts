import type { PolicyRule } from '#model/objects/access.ts'
import type { ObjectRef } from '#model/refs.ts'
import { type Request, ruleAllows } from './rbac.ts'
import { type Grant, reaches } from './rbacGrants.ts'
import { canonical, subjectKey } from './rbacNamed.ts'

/** What gives a subject a right: one binding, the role it names, one rule of that role. */
export interface Via {
  readonly binding: ObjectRef
  readonly role: { readonly kind: string; readonly name: string; readonly namespace?: string }
  readonly rule: PolicyRule
}

/** A subject that may do something. A user `system:serviceaccount:…` is the ServiceAccount it stands for. */
export interface Holder {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly via: readonly Via[]
}

/**
 * Who may do this, each subject once, with everything that lets it. Each role is looked at once, however many bindings
 * name it. Members of system:masters pass before RBAC is asked; they are here only where a binding names them.
 */
export function holders(grants: readonly Grant[], request: Request): readonly Holder[] {
  const matching = new Map<readonly PolicyRule[], readonly PolicyRule[]>()
  const found = new Map<string, { subject: Omit<Holder, 'via'>; via: Via[] }>()
  for (const grant of grants) {
    if (!reaches(grant.scope, request)) continue
    const rules = matching.get(grant.rules) ?? grant.rules.filter((rule) => ruleAllows(rule, request))
    matching.set(grant.rules, rules)
    if (rules.length === 0) continue
    const via = rules.map((rule) => ({ binding: grant.binding, role: roleOf(grant), rule }))
    for (const [key, subject] of subjectsOf(grant)) {
      const known = found.get(key)
      if (known === undefined) found.set(key, { subject, via: [...via] })
      else for (const one of via) known.via.push(one)
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { subject, via }]) => ({ ...subject, via }))
}

/** The subjects of one grant, each once. A ServiceAccount without a namespace in a ClusterRoleBinding stands for nobody. */
function subjectsOf(grant: Grant): ReadonlyMap<string, Omit<Holder, 'via'>> {
  const named = grant.subjects.flatMap((subject) => canonical(subject, grant.meta.namespace) ?? [])
  return new Map(named.map((subject) => [subjectKey(subject), subject]))
}

/** The role of a grant, with its namespace where it is a Role. */
export function roleOf({ roleRef, scope }: Grant): Via['role'] {
  const local = roleRef.kind === 'Role' && scope.kind === 'namespace'
  return { ...roleRef, ...(local ? { namespace: scope.namespace } : {}) }
}
