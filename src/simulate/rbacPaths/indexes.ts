import type { PolicyRule } from '#model/objects/access.ts'
import type { Grant } from '../rbacGrants.ts'
import { CLUSTER } from './hubs.ts'
import type { World } from './world.ts'

/** What steps look up, so that no step walks through a whole cluster. */
export interface Index {
  /** Namespaces in which there is a `account/NAME`, `secret/NAME`, `pod/NAME`, `changeable pod/NAME`, `GROUP/RESOURCE/NAME`. */
  readonly placesByName: ReadonlyMap<string, readonly string[]>
  /** Rules of ClusterRoles, also of those that are only known by their binding. */
  readonly clusterRoles: ReadonlyMap<string, readonly PolicyRule[]>
  /** Bindings to roles that are there, by `PLACE/binding NAME` and `PLACE/ROLE KIND ROLE NAME`; also with `*` for all namespaces. */
  readonly bindings: ReadonlyMap<string, readonly Grant[]>
}

export function indexOf(world: World): Index {
  const placesByName = new Map<string, string[]>()
  for (const [namespace, names] of world.accounts) for (const name of names) put(placesByName, `account/${name}`, namespace)
  for (const { namespace, name } of world.tokenSecrets) put(placesByName, `secret/${name}`, namespace)
  for (const { namespace, name, changeable } of world.pods) {
    put(placesByName, `pod/${name}`, namespace)
    if (changeable) put(placesByName, `changeable pod/${name}`, namespace)
  }
  for (const { group, resource, namespace, name } of world.workloads) put(placesByName, `${group}/${resource}/${name}`, namespace)
  const clusterRoles = new Map(world.clusterRoles)
  const bindings = new Map<string, Grant[]>()
  for (const grant of world.grants) {
    if (grant.role === 'missing') continue
    const { kind, name } = grant.roleRef
    if (kind === 'ClusterRole' && !clusterRoles.has(name)) clusterRoles.set(name, grant.rules)
    for (const place of grant.scope.kind === 'cluster' ? [CLUSTER] : [grant.scope.namespace, '*']) {
      put(bindings, `${place}/binding ${grant.meta.name}`, grant)
      put(bindings, `${place}/${kind} ${name}`, grant)
    }
  }
  for (const [namespace, names] of world.roles) for (const name of names.keys()) put(placesByName, `role/${name}`, namespace)
  return { placesByName, clusterRoles, bindings }
}

function put<T>(to: Map<string, T[]>, key: string, value: T): void {
  const list = to.get(key)
  if (list === undefined) to.set(key, [value])
  else list.push(value)
}
