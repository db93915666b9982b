import type { Severity } from '#model/areas.ts'
import type { CheckResult } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import { say } from '#model/text.ts'
import { categoryOf } from '../categories.ts'

/** SARIF knows three levels; what reads it shows the number beside (GitHub: 9 critical, 7 high, 4 medium). */
export const LEVELS: Record<Severity, { readonly level: 'error' | 'warning' | 'note'; readonly score: string }> = {
  critical: { level: 'error', score: '9.5' },
  high: { level: 'error', score: '8.0' },
  medium: { level: 'warning', score: '5.5' },
  low: { level: 'note', score: '2.0' },
}

/** A check as a rule; why and how to fix are there where the check itself is at hand. */
export function ruleOf(result: CheckResult, check: Check | undefined) {
  const title = say(result.title)
  const why = check === undefined ? title : say(check.text.why)
  const fix = check === undefined ? '' : say(check.text.fix)
  const { level, score } = LEVELS[result.severity]
  const cis = (result.controls.cis ?? []).map((c) => `CIS-1.12-${c}`)
  const nsa = (result.controls.nsa ?? []).map((c) => `NSA-CISA-${c}`)
  return {
    id: result.id,
    name: result.id.replace(/(^|[/-])(\w)/g, (_whole, _mark, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: [why, fix].filter((t) => t !== '').join('\n\n'),
      markdown: [`**Why.** ${why}`, ...(fix === '' ? [] : [`**Fix.** ${fix}`])].join('\n\n'),
    },
    defaultConfiguration: { level },
    properties: {
      tags: [...new Set(['security', result.area, categoryOf(result), ...cis, ...nsa])],
      precision: 'high',
      'problem.severity': level === 'note' ? 'recommendation' : level,
      'security-severity': score,
    },
  }
}
