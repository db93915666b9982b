import { AREA_TITLES, AREAS } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { gapSentence, noteWords, objectName, sentence } from './words.ts'

/** Text for an attribute or an element. What XML 1.0 cannot carry at all (controls, lone surrogates) is shown, not sent. */
export function xml(text: string): string {
  return safe(text.toWellFormed()).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c)
}

const ENTITIES: { readonly [c: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

interface Case {
  readonly check: string
  readonly name: string
  readonly verdict?: { readonly as: 'failure' | 'skipped'; readonly type: string; readonly message: string }
}

/**
 * A suite for each area, a case for each finding. Only what passes or was attested is a passed case; what is unknown,
 * manual, accepted or does not apply is skipped and says which. `--min-coverage` is there to fail on what was not seen.
 */
export function toJunit(assessment: Assessment): string {
  const suites = AREAS.flatMap((area) => {
    const checks = assessment.checks.filter((c) => c.area === area)
    return checks.length === 0 ? [] : [{ area, cases: checks.flatMap(casesOf) }]
  })
  const all = suites.flatMap((s) => s.cases)
  const stamp = assessment.at.slice(0, 19)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(`kubeharden ${assessment.cluster.name}`)}" tests="${all.length}" failures="${count(all, 'failure')}" errors="0">`,
    ...suites.flatMap(({ area, cases }, i) => [
      `  <testsuite name="${xml(say(AREA_TITLES[area]))}" package="kubeharden.${area}" id="${i}" timestamp="${stamp}" hostname="${xml(assessment.cluster.name)}" tests="${cases.length}" failures="${count(cases, 'failure')}" errors="0" skipped="${count(cases, 'skipped')}" time="0">`,
      ...cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function count(cases: readonly Case[], as: 'failure' | 'skipped'): number {
  return cases.filter((c) => c.verdict?.as === as).length
}

function casesOf(check: CheckResult): readonly Case[] {
  const findings = check.findings.map((f): Case => {
    const name = `${objectName(f)}${f.path === undefined ? '' : ` ${f.path}`}`
    const verdict = verdictOf(check, f)
    return { check: check.id, name, ...(verdict === undefined ? {} : { verdict }) }
  })
  const gaps = check.gaps.map(
    (gap): Case => ({
      check: check.id,
      name: `not seen: ${gap.kind}${gap.namespace === undefined ? '' : ` in ${gap.namespace}`}${gap.name === undefined ? '' : ` ${gap.name}`}`,
      verdict: { as: 'skipped', type: 'unknown', message: `unknown: ${gapSentence(gap)}` },
    }),
  )
  if (findings.length + gaps.length > 0) return [...findings, ...gaps]
  const message = 'not-applicable: nothing to look at'
  return [{ check: check.id, name: say(check.title), verdict: { as: 'skipped', type: 'not-applicable', message } }]
}

function verdictOf(check: CheckResult, f: JudgedFinding): Case['verdict'] {
  if (f.status === 'pass' || f.status === 'attested') return undefined
  if (f.status === 'fail') return { as: 'failure', type: check.severity, message: sentence(check, f) }
  const note = f.note === undefined ? '' : ` (${noteWords(f.note)})`
  return { as: 'skipped', type: f.status, message: `${f.status}: ${sentence(check, f)}${note}` }
}

function caseLines({ check, name, verdict }: Case): readonly string[] {
  const head = `    <testcase classname="${xml(check)}" name="${xml(name)}" time="0"`
  if (verdict === undefined) return [`${head}/>`]
  const { as, type, message } = verdict
  return [`${head}>`, `      <${as} type="${xml(type)}" message="${xml(message)}"/>`, '    </testcase>']
}
