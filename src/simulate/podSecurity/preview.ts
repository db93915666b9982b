import type { ObjectViolation, PodGroup, PodSecurityLevel, PodSecurityViolation } from '#model/podSecurity.ts'
import { evaluatePod, violates } from './evaluate.ts'
import type { Target } from './targets.ts'

/** A pod or template and what stands against it at one level. */
export interface Judged {
  readonly target: Target
  readonly violations: readonly PodSecurityViolation[]
}

export function judge(targets: readonly Target[], level: PodSecurityLevel, minor: number): readonly Judged[] {
  return targets.map((target) => ({ target, violations: evaluatePod(level, minor, target.pod, target.at) }))
}

export function violationsOf(judged: readonly Judged[]): readonly ObjectViolation[] {
  return judged.flatMap(({ target: { ref, owner, mirror }, violations }) =>
    violations.map((v) => ({ object: ref, ...v, ...(owner === undefined ? {} : { owner }), ...(mirror ? { mirror } : {}) })),
  )
}

/**
 * The strictest level that nothing in these violates. Where something was not seen, only what is certain is said: a
 * violation stays one whatever else there is.
 */
export function strictestOf(targets: readonly Target[], minor: number, whole: boolean): PodSecurityLevel | undefined {
  const breaks = (level: PodSecurityLevel) => targets.some((t) => violates(level, minor, t.pod))
  if (breaks('baseline')) return 'privileged'
  if (!whole) return undefined
  return breaks('restricted') ? 'baseline' : 'restricted'
}

/** Existing pods by their reasons, as the server's dry run groups them. */
export function podGroups(judged: readonly Judged[]): readonly PodGroup[] {
  const groups = new Map<string, PodGroup>()
  for (const { target, violations } of judged) {
    if (target.ref.kind !== 'Pod' || violations.length === 0) continue
    const reasons = violations.map((v) => v.reason).join(', ')
    const { name } = target.ref
    const old = groups.get(reasons)
    groups.set(reasons, { reasons, pod: old === undefined || name < old.pod ? name : old.pod, pods: (old?.pods ?? 0) + 1 })
  }
  return [...groups.values()]
}
