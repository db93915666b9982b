import type { Assessment, CheckResult } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import type { State } from '#model/state.ts'
import { type Judgements, judge, statusOf } from './judge.ts'
import { scoreByArea, scoreOf } from './score.ts'
import { distinct, sightOf } from './see.ts'

const NO_JUDGEMENTS: Judgements = { accepted: [], attested: [] }

/** Runs the checks over a state. Gaps become unknown here, not in the checks. */
export function evaluate(state: State, checks: readonly Check[], now: Date, judgements: Judgements = NO_JUDGEMENTS): Assessment {
  const results = checks.map((check) => evaluateOne(state, check, now, judgements))
  return {
    schemaVersion: 1,
    at: now.toISOString(),
    source: state.source,
    cluster: state.cluster,
    overall: scoreOf(results),
    areas: scoreByArea(results),
    checks: results,
    gaps: distinct(results.flatMap((r) => r.gaps)),
  }
}

function evaluateOne(state: State, check: Check, now: Date, judgements: Judgements): CheckResult {
  const { seen, gaps } = sightOf(state, check)
  const raw = seen === undefined ? [] : [...check.evaluate(seen, { now, cluster: state.cluster })]
  const findings = raw.map((finding) => judge(check, finding, judgements, now))
  return {
    id: check.id,
    area: check.area,
    severity: check.severity,
    status: statusOf(findings, gaps.length),
    title: check.text.title,
    controls: check.controls,
    messages: check.messages,
    findings,
    gaps,
  }
}

/** The kinds that these checks read, each once. */
export function kindsOf(checks: readonly Pick<Check, 'reads'>[]) {
  return [...new Set(checks.flatMap((check) => check.reads))]
}
