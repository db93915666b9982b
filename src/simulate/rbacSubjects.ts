import type { Subject } from '#model/objects/access.ts'
import type { Meta } from '#model/objects/meta.ts'
import { EVERYBODY, isDefault, isDefaultRoleName, isKubeadmBinding, isShippedAccount } from './rbacDefaults.ts'

/** Who asks: a user name and groups, as the authenticators say. */
export interface Identity {
  readonly name: string
  readonly groups: readonly string[]
}

const ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/

/** A ServiceAccount as the authorizer sees it, with the groups that every one of them has. */
export function accountIdentity(namespace: string, name: string): Identity {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  }
}

/** The ServiceAccount a subject names, also where it is written as the user `system:serviceaccount:…`. */
export function accountOf(subject: Subject, bindingNamespace?: string): { namespace: string; name: string } | undefined {
  if (subject.kind === 'ServiceAccount') {
    const namespace = subject.namespace || bindingNamespace
    return namespace === undefined ? undefined : { namespace, name: subject.name }
  }
  const [, namespace, name] = (subject.kind === 'User' && ACCOUNT_USER.exec(subject.name)) || []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

/** Does the subject stand for this identity? As `appliesTo` of the API server's RBAC authorizer. */
export function subjectMatches(subject: Subject, identity: Identity, bindingNamespace?: string): boolean {
  if (subject.kind === 'User') return subject.name === identity.name
  if (subject.kind === 'Group') return identity.groups.includes(subject.name)
  const account = accountOf(subject, bindingNamespace)
  return account !== undefined && identity.name === `system:serviceaccount:${account.namespace}:${account.name}`
}

/** `Group developers`, `ServiceAccount shop/deployer`. */
export function subjectLabel(subject: Subject, bindingNamespace?: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`
  return `ServiceAccount ${subject.namespace || bindingNamespace || '?'}/${subject.name}`
}

/** Why a binding belongs to the cluster itself; undefined for one that somebody made. */
export function systemBinding(meta: Pick<Meta, 'name' | 'namespace' | 'labels'>, roleName: string): string | undefined {
  if (isDefault(meta) && isDefaultRoleName(roleName)) return 'made by the API server at its start'
  return isKubeadmBinding(meta.name, meta.namespace, roleName) ? 'made by kubeadm' : undefined
}

/**
 * Why a subject belongs to the cluster itself: said to the operator where it is left out. Groups that stand for everybody,
 * system:masters and service accounts of users are never the cluster's own, whatever their prefix.
 */
export function systemSubject(subject: Subject, bindingNamespace?: string): string | undefined {
  const account = accountOf(subject, bindingNamespace)
  if (account !== undefined) {
    return isShippedAccount(account.namespace, account.name) ? 'a service account that comes with Kubernetes' : undefined
  }
  if (EVERYBODY.has(subject.name) || subject.name === 'system:masters' || subject.name.startsWith('system:serviceaccount')) return undefined
  if (!subject.name.startsWith('system:')) return undefined
  return subject.kind === 'User' ? 'a component of the control plane' : 'a group of the cluster’s own components'
}
