import type { Subject } from '#model/objects/access.ts'
import type { Json } from '#model/refs.ts'
import { itemsOf, type State } from '#model/state.ts'
import { accountOf, type Identity, subjectLabel } from '#simulate/rbacSubjects.ts'

const RBAC_GROUP = 'rbac.authorization.k8s.io'

export function sameSubject(a: Subject, b: Subject, bindingNamespace?: string): boolean {
  return subjectLabel(a, bindingNamespace) === subjectLabel(b, bindingNamespace)
}

/** A subject as a binding holds it. */
export function subjectValue(subject: Subject, bindingNamespace?: string): Json {
  return subject.kind === 'ServiceAccount'
    ? { kind: 'ServiceAccount', name: subject.name, namespace: accountOf(subject, bindingNamespace)?.namespace }
    : { kind: subject.kind, apiGroup: RBAC_GROUP, name: subject.name }
}

/** Who the operator is on this cluster; undefined where it could not be asked. */
export function operator(state: State): Identity | undefined {
  const identity = itemsOf(state, 'identity')[0]
  return identity === undefined ? undefined : { name: identity.metadata.name, groups: identity.groups }
}
