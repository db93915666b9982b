import type { Assessment, CheckResult } from '#model/assessment.ts'
import type { Verification } from '#model/journal.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Gap } from '#model/right.ts'

/** What reading again showed of one written object. */
export interface SeenAgain {
  readonly ref: ObjectRef
  readonly ok: boolean
  readonly detail: string
}

/**
 * Compares the assessments before and after a change for the checks it is meant to fix. It holds where every object is
 * stored as intended and, for an apply, no check of these that failed before has more failing objects now, or can no
 * longer be seen as far as before. (New objects may bring a check to life that had nothing to look at.)
 */
export function verify(
  checks: readonly string[],
  before: Assessment,
  after: Assessment,
  objects: readonly SeenAgain[],
  direction: 'apply' | 'undo',
): Verification {
  const pairs = checks.flatMap((id) => {
    const now = after.checks.find((c) => c.id === id)
    return now === undefined ? [] : [{ now, old: before.checks.find((c) => c.id === id) }]
  })
  return {
    at: after.at,
    checks: pairs.map(({ now, old }) => ({
      check: now.id,
      before: old?.status,
      after: now.status,
      failsBefore: fails(old),
      failsAfter: fails(now),
    })),
    objects: objects.map((o) => ({ ref: { ...o.ref }, ok: o.ok, detail: o.detail })),
    ok: objects.every((o) => o.ok) && (direction === 'undo' || pairs.every(({ now, old }) => holds(now, old))),
  }
}

function fails(check: CheckResult | undefined): number {
  return check?.findings.filter((f) => f.status === 'fail').length ?? 0
}

/** Fewer findings because less was seen is no proof. */
function holds(now: CheckResult, old: CheckResult | undefined): boolean {
  if (old?.status !== 'fail') return true
  const place = (gap: Gap) => `${gap.kind}|${gap.namespace ?? ''}|${gap.name ?? ''}`
  const known = new Set(old.gaps.map(place))
  return fails(now) <= fails(old) && now.gaps.every((gap) => known.has(place(gap)))
}
