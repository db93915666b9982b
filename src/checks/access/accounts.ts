import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { refLabel } from '#model/refs.ts'
import { grantsOf } from '#simulate/rbacGrants.ts'
import { accountOf } from '#simulate/rbacSubjects.ts'
import { isFinished, isMirrorPod } from '#simulate/workloads.ts'

interface Bindings {
  readonly clusterRoleBindings: readonly Item<'clusterRoleBindings'>[]
  readonly roleBindings: readonly Item<'roleBindings'>[]
}

/** Which bindings name which service account, by itself (`ns/name`) or with all of its namespace (`ns/*`). */
export function boundAccounts(bindings: Bindings): (namespace: string, name: string) => readonly string[] {
  const found = new Map<string, string[]>()
  const add = (key: string, label: string) => found.set(key, [...(found.get(key) ?? []), label])
  for (const { binding, subjects, meta } of grantsOf({ ...bindings, clusterRoles: [] })) {
    for (const subject of subjects) {
      const account = accountOf(subject, meta.namespace)
      const group = subject.kind === 'Group' ? /^system:serviceaccounts:(.+)$/.exec(subject.name)?.[1] : undefined
      if (account !== undefined) add(`${account.namespace}/${account.name}`, refLabel(binding))
      if (group !== undefined) add(`${group}/*`, refLabel(binding))
    }
  }
  return (namespace, name) => [...(found.get(`${namespace}/${name}`) ?? []), ...(found.get(`${namespace}/*`) ?? [])]
}

/** Finds a service account; undefined where there is none by that name. */
export function accountFinder(accounts: readonly Item<'serviceAccounts'>[]) {
  const byKey = new Map(accounts.map((account) => [`${account.metadata.namespace}/${account.metadata.name}`, account]))
  return (namespace: string, name: string) => byKey.get(`${namespace}/${name}`)
}

/** Does a pod of this spec get a token? The pod's word goes before the service account's; silence means yes. */
export function mountsToken(spec: PodSpec, account: Item<'serviceAccounts'> | undefined): boolean {
  return spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true
}

/** The service account of a pod spec; the admission plugin fills in `default`. */
export function accountName(spec: PodSpec): string {
  return spec.serviceAccountName || 'default'
}

/** Static pods never have a service account; finished pods hold no token any more. */
export function canHoldToken(pod: Item<'pods'>): boolean {
  return !isMirrorPod(pod) && !isFinished(pod)
}
