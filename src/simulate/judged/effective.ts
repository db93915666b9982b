import type { SecurityContext } from '#model/objects/podSecurity.ts'
import type { Container } from '#model/objects/workload.ts'
import type { Pod } from '../podSecurity/pod.ts'

/** What holds for a container: its own word, else the pod's. */
export function effective<K extends 'runAsNonRoot' | 'runAsUser' | 'runAsGroup' | 'seccompProfile'>(
  pod: Pod,
  container: Container,
  field: K,
): SecurityContext[K] {
  return container.securityContext[field] ?? pod.spec.securityContext[field]
}

/** Privileged containers have all capabilities and no seccomp profile, whatever else they say: one cause, told once. */
export function isPrivileged({ securityContext }: Container): boolean {
  return securityContext.privileged === true
}
