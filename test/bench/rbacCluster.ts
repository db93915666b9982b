import type { Item } from '../../src/model/kinds.ts'
import { KINDS } from '../../src/model/kinds.ts'

/** Roles and bindings: the benches' three sizes. */
export const SIZES = [
  [500, 1250],
  [1000, 2500],
  [2000, 5000],
] as const
/** How time may grow when roles and bindings both double: 2 is linear in what is read. */
export const MOST_GROWTH = 3

const at = (list: readonly string[], i: number) => list[i % list.length] ?? ''
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', '*']
const RESOURCES = ['pods', 'secrets', 'deployments', 'configmaps', 'pods/exec', 'services', 'jobs', '*']

/** Half of the roles cluster-wide; twelve rules each, as operators' roles have; three subjects in each binding. */
export function cluster(roles: number, bindings: number) {
  const rules = (i: number) =>
    Array.from({ length: 12 }, (_, r) => ({
      verbs: [at(VERBS, i + r), at(VERBS, i + r + 1)],
      apiGroups: [r % 2 === 0 ? '' : 'apps'],
      resources: [at(RESOURCES, i + r * 3)],
      resourceNames: r % 4 === 0 ? [`n${i}`] : [],
    }))
  const role = (i: number, namespace?: string) =>
    KINDS.roles.schema.parse({ metadata: { name: `r${i}`, ...(namespace === undefined ? {} : { namespace }) }, rules: rules(i) })
  const bind = (i: number, kind: string, name: string, namespace?: string): Item<'roleBindings'> =>
    KINDS.roleBindings.schema.parse({
      metadata: { name: `b${i}`, ...(namespace === undefined ? {} : { namespace }) },
      roleRef: { kind, name },
      subjects: [0, 1, 2].map((s) => ({ kind: 'ServiceAccount', name: `sa${(i * 3 + s) % bindings}`, namespace: `ns${i % 50}` })),
    })
  const half = roles / 2
  const local = Array.from({ length: half }, (_, i) => role(half + i, `ns${i % 50}`))
  return {
    clusterRoles: Array.from({ length: half }, (_, i) => role(i)),
    roles: local,
    clusterRoleBindings: Array.from({ length: bindings / 2 }, (_, i) => bind(i, 'ClusterRole', `r${i % half}`)),
    roleBindings: Array.from({ length: bindings / 2 }, (_, i) => {
      const to = local[i % half]
      return bind(bindings + i, 'Role', to?.metadata.name ?? '', to?.metadata.namespace)
    }),
  }
}
