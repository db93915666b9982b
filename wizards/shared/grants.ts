import { itemsOf, type State } from '#model/state.ts'
import { type Grant, grantsOf } from '#simulate/rbacGrants.ts'

/** Every binding of the state with what it gives, to whom and where. */
export function grantsIn(state: State): readonly Grant[] {
  return grantsOf({
    clusterRoles: itemsOf(state, 'clusterRoles'),
    clusterRoleBindings: itemsOf(state, 'clusterRoleBindings'),
    roles: itemsOf(state, 'roles'),
    roleBindings: itemsOf(state, 'roleBindings'),
  })
}
