import { type Item, KINDS } from '#model/kinds.ts'
import type { KubeObject } from '#model/refs.ts'
import { type Grant, grantsOf, RBAC_API } from '../rbacGrants.ts'
import { accountOf } from '../rbacSubjects.ts'
import type { Proposed } from './propose.ts'

const RBAC_GROUP = 'rbac.authorization.k8s.io'

/** Roles and bindings for one user, in the order in which they are applied. */
export function objectsFor(user: string, proposed: readonly Proposed[]): readonly KubeObject[] {
  const account = accountOf({ kind: 'User', name: user })
  const subject = account === undefined ? { kind: 'User', name: user, apiGroup: RBAC_GROUP } : { kind: 'ServiceAccount', ...account }
  const name = roleName(account === undefined ? user : `${account.namespace}-${account.name}`)
  return proposed.flatMap(({ namespace, rules }) => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role'
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
    const tidy = rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, values]) => values.length > 0)))
    return [
      { apiVersion: RBAC_API, kind, metadata, rules: tidy },
      { apiVersion: RBAC_API, kind: `${kind}Binding`, metadata, roleRef: { apiGroup: RBAC_GROUP, kind, name }, subjects: [subject] },
    ] as KubeObject[]
  })
}

/** A name that is also a file's: what does not fit is replaced, and a sum keeps two users apart that would share it. */
function roleName(of: string): string {
  const plain = of.toLowerCase().replace(/[^a-z0-9.-]+/g, '-')
  if (plain === of && plain.length <= 200) return `learned-${plain}`
  let sum = 0
  for (const char of of) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return `learned-${plain.slice(0, 200)}-${sum.toString(36)}`
}

/** What these objects give: read back, as a server would read them. */
export function grantsFromObjects(objects: readonly KubeObject[]): readonly Grant[] {
  const roles = (kind: string) => objects.filter((o) => o.kind === kind).map((o): Item<'roles'> => KINDS.roles.schema.parse(o))
  const bindings = (kind: string) =>
    objects.filter((o) => o.kind === kind).map((o): Item<'roleBindings'> => KINDS.roleBindings.schema.parse(o))
  const lists = {
    clusterRoles: roles('ClusterRole'),
    clusterRoleBindings: bindings('ClusterRoleBinding'),
    roles: roles('Role'),
    roleBindings: bindings('RoleBinding'),
  }
  return grantsOf(lists, { stored: true })
}
