import { type Area, SEVERITY_WEIGHT, STATUSES, type Status } from '#model/areas.ts'
import type { CheckResult, Score } from '#model/assessment.ts'

/** Share of judged objects that pass, 0 to 1; undefined where the check stands outside the score. Attested counts as pass. */
export function shareOf(check: Pick<CheckResult, 'status' | 'findings'>): number | undefined {
  if (check.status === 'unknown' || check.status === 'manual' || check.status === 'not-applicable') return undefined
  const good = check.findings.filter((f) => f.status === 'pass' || f.status === 'attested').length
  const bad = check.findings.filter((f) => f.status === 'fail').length
  return good + bad === 0 ? undefined : good / (good + bad)
}

/** The score of some checks (design: severities weigh 10, 5, 2, 1; unknown and manual count in coverage only). */
export function scoreOf(checks: readonly CheckResult[]): Score {
  let weight = 0
  let points = 0
  for (const check of checks) {
    const share = shareOf(check)
    if (share === undefined) continue
    weight += SEVERITY_WEIGHT[check.severity]
    points += SEVERITY_WEIGHT[check.severity] * share
  }
  const totals = Object.fromEntries(STATUSES.map((s) => [s, 0])) as Record<Status, number>
  for (const check of checks) totals[check.status] += 1
  const asked = checks.length - totals['not-applicable']
  const open = totals.unknown + totals.manual
  return {
    score: weight === 0 ? undefined : round((points / weight) * 100),
    coverage: asked === 0 ? 0 : round(((asked - open) / asked) * 100),
    totals,
  }
}

export function scoreByArea(checks: readonly CheckResult[]): { readonly [A in Area]?: Score } {
  const byArea = Map.groupBy(checks, (c) => c.area)
  return Object.fromEntries([...byArea].map(([area, list]) => [area, scoreOf(list)]))
}

/** Points of the overall score that each failing check would bring if it passed, most first. */
export function gains(checks: readonly CheckResult[]): readonly { readonly check: CheckResult; readonly gain: number }[] {
  const judged = checks.flatMap((check) => {
    const share = shareOf(check)
    return share === undefined ? [] : [{ check, share, weight: SEVERITY_WEIGHT[check.severity] }]
  })
  const total = judged.reduce((sum, j) => sum + j.weight, 0)
  return judged
    .filter((j) => j.check.status === 'fail')
    .map((j) => ({ check: j.check, gain: round(((1 - j.share) * j.weight * 100) / total) }))
    .sort((a, b) => b.gain - a.gain || SEVERITY_WEIGHT[b.check.severity] - SEVERITY_WEIGHT[a.check.severity])
}

/** One decimal. Almost all is not all: 100 is said only of exactly 100. */
function round(value: number): number {
  const rounded = Math.round(value * 10) / 10
  return value < 100 ? Math.min(rounded, 99.9) : rounded
}
