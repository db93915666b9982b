import type { Subject } from '#model/objects/access.ts'
import { EVERYBODY, isBaseline } from './rbacDefaults.ts'
import type { Grant } from './rbacGrants.ts'
import { systemBinding, systemSubject } from './rbacSubjects.ts'

/**
 * The subjects of a grant that somebody chose: all of them for a binding somebody made; for the cluster's own bindings
 * only those that were added to what Kubernetes and kubeadm ship.
 */
export function foreignSubjects(grant: Grant): readonly Subject[] {
  if (systemBinding(grant.meta, grant.roleRef.name) === undefined) return grant.subjects
  return grant.subjects.filter((subject) => !isShipped(grant, subject))
}

function isShipped(grant: Grant, subject: Subject): boolean {
  const { name } = grant.meta
  if (subject.kind === 'Group' && name === 'cluster-admin') return subject.name === 'system:masters'
  if (name === 'kubeadm:cluster-admins') return subject.kind === 'Group' && subject.name === 'kubeadm:cluster-admins'
  if (name === 'kubeadm:apiserver-kubelet-client') return subject.kind === 'User' && subject.name === 'kube-apiserver-kubelet-client'
  if (grant.roleRef.name === 'cluster-admin') return false
  if (EVERYBODY.has(subject.name)) return isBaseline(grant.roleRef, grant.rules, subject.name)
  return systemSubject(subject, grant.meta.namespace) !== undefined
}
