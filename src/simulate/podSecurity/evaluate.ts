import type { PodSecurityLevel, PodSecurityViolation } from '#model/podSecurity.ts'
import { editOf, fieldLabel, type Path } from './path.ts'
import { layOut, type PodLike } from './pod.ts'
import { registry } from './registry.ts'

/**
 * What the Pod Security admission of a level and a policy version says against a pod, in the plugin's own order and words.
 * `at` is where the pod stands in its object (`spec.template` of a Deployment): fields and cures are the object's.
 */
export function evaluatePod(level: PodSecurityLevel, minor: number, pod: PodLike, at: Path = []): readonly PodSecurityViolation[] {
  if (level === 'privileged') return []
  const laidOut = layOut(pod)
  return registry.rules(level, minor).flatMap(({ id, variant }) => {
    const found = variant.find(laidOut)
    if (found === undefined) return []
    const { reason, fields, cure } = found
    return [
      {
        check: id,
        reason,
        fields: fields.map((path) => fieldLabel([...at, ...path])),
        ...(cure === undefined ? {} : { cure: cure.map((edit) => editOf(edit, at)) }),
      },
    ]
  })
}

/** Does anything stand against it? The same, without saying what. */
export function violates(level: PodSecurityLevel, minor: number, pod: PodLike): boolean {
  if (level === 'privileged') return false
  const laidOut = layOut(pod)
  return registry.rules(level, minor).some(({ variant }) => variant.find(laidOut) !== undefined)
}
