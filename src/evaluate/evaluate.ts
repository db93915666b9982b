import type { Assessment, CheckResult } from '#model/assessment.ts'
import type { Check, CheckContext, Finding, Seen } from '#model/check.ts'
import type { Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'
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
  const sight = sightOf(state, check)
  const hidden = new Set(sight.helping.map(({ kind }) => kind as Kind))
  const storageProof = state.remembered?.proof
  const context = {
    now,
    cluster: state.cluster,
    complete: sight.gaps.length === 0,
    hidden,
    ...(storageProof === undefined ? {} : { storageProof }),
    ...(judgements.settings === undefined ? {} : { settings: judgements.settings }),
  }
  const { raw, broken } = sight.seen === undefined ? { raw: [] } : findingsOf(check, sight.seen, context)
  const findings = raw.map((finding) => judge(check, finding, judgements, now))
  const unknown = findings.some(({ status }) => status === 'unknown')
  const gaps = distinct([...sight.gaps, ...(unknown ? sight.helping : []), ...(broken === undefined ? [] : [broken])])
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

/** A check that stumbles over what was read is unknown and says so; the others go on. */
function findingsOf(check: Check, seen: Seen<Kind>, context: CheckContext): { readonly raw: readonly Finding[]; readonly broken?: Gap } {
  try {
    return { raw: [...check.evaluate(seen, context)] }
  } catch (error) {
    const detail = `${check.id} could not be evaluated: ${error instanceof Error ? error.message : String(error)}`
    return { raw: [], broken: { kind: check.reads[0] ?? 'namespaces', reason: 'malformed', detail } }
  }
}

/** The kinds that these checks read, each once. */
export function kindsOf(checks: readonly Pick<Check, 'reads' | 'helps'>[]) {
  return [...new Set(checks.flatMap((check) => [...check.reads, ...(check.helps ?? [])]))]
}
