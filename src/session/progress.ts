import type { Assessment } from '#model/assessment.ts'
import type { Progress } from '#model/progress.ts'

const MOST_POINTS = 500

/** Progress after an assessment: last status of each check and since when, and a point of history where something moved. */
export function advance(progress: Progress, assessment: Assessment): Progress {
  const checks = Object.fromEntries(
    assessment.checks.map((check) => {
      const last = progress.checks[check.id]
      return [check.id, last?.status === check.status ? last : { status: check.status, since: assessment.at }]
    }),
  )
  const { score, coverage, totals } = assessment.overall
  const point = { at: assessment.at, ...(score === undefined ? {} : { score }), coverage, fails: totals.fail }
  const last = progress.history.at(-1)
  const moved = last === undefined || last.score !== point.score || last.coverage !== coverage || last.fails !== totals.fail
  return {
    ...progress,
    updatedAt: assessment.at,
    checks: { ...progress.checks, ...checks },
    history: moved ? [...progress.history, point].slice(-MOST_POINTS) : progress.history,
  }
}
