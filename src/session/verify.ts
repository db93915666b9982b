import type { Assessment } from '#model/assessment.ts'
import type { Verification } from '#model/journal.ts'
import type { ObjectRef } from '#model/refs.ts'

/** What reading again showed of one written object. */
export interface SeenAgain {
  readonly ref: ObjectRef
  readonly ok: boolean
  readonly detail: string
}

/**
 * Compares the assessments before and after a change for the checks it is meant to fix. It holds where every object is
 * stored as intended and, for an apply, no check
 * of these that failed before has more failing objects now. (New objects may bring a check to life that had nothing to look at.)
 */
export function verify(
  checks: readonly string[],
  before: Assessment,
  after: Assessment,
  objects: readonly SeenAgain[],
  direction: 'apply' | 'undo',
): Verification {
  const rows = checks.flatMap((id) => {
    const now = after.checks.find((c) => c.id === id)
    const then = before.checks.find((c) => c.id === id)
    if (now === undefined) return []
    const fails = (c: typeof now | undefined) => c?.findings.filter((f) => f.status === 'fail').length ?? 0
    return [{ check: id, before: then?.status, after: now.status, failsBefore: fails(then), failsAfter: fails(now) }]
  })
  return {
    at: after.at,
    checks: rows,
    objects: objects.map((o) => ({ ref: { ...o.ref }, ok: o.ok, detail: o.detail })),
    ok: objects.every((o) => o.ok) && (direction === 'undo' || rows.every((r) => r.before !== 'fail' || r.failsAfter <= r.failsBefore)),
  }
}
