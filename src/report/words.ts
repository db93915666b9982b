import type { Status } from '#model/areas.ts'
import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import { refLabel } from '#model/refs.ts'
import { describeRight, type Gap } from '#model/right.ts'
import { type Lang, type Params, safe, say, type Text } from '#model/text.ts'

export const STATUS_WORDS: Record<Status, string> = {
  fail: 'FAIL',
  unknown: 'UNKNOWN',
  manual: 'MANUAL',
  accepted: 'ACCEPTED',
  attested: 'ATTESTED',
  'not-applicable': 'N/A',
  pass: 'PASS',
}

/** The finding's sentence, made from its message id and parameters; strangers' names come out escaped. */
export function sentence(check: Pick<CheckResult, 'messages'>, finding: JudgedFinding, lang: Lang = 'en'): string {
  const text = check.messages[finding.message]
  if (text === undefined) return safe(finding.message)
  const params = Object.fromEntries(Object.entries(finding.params ?? {}).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
  return say(text, lang, params)
}

/** Why something is unknown, with the exact missing right where there is one. */
export function gapSentence(gap: Gap): string {
  const where = gap.namespace !== undefined ? ` in namespace ${safe(gap.namespace)}` : gap.name !== undefined ? ` of ${safe(gap.name)}` : ''
  const missing = gap.needs === undefined ? '' : `; missing right: ${describeRight(gap.needs)}`
  return `${gap.kind}${where}: ${gap.reason} (${safe(gap.detail)})${missing}`
}

export function objectName(finding: Pick<JudgedFinding, 'object'>): string {
  return safe(refLabel(finding.object))
}

/** `3 of 14 objects`, or what there is to say of a check without findings. */
export function countWords(check: CheckResult): string {
  const fails = check.findings.filter((f) => f.status === 'fail').length
  const looked = check.findings.filter((f) => f.status !== 'not-applicable').length
  if (looked === 0) return check.gaps.length > 0 ? 'not seen' : 'nothing to look at'
  const accepted = check.findings.filter((f) => f.status === 'accepted').length
  const more = accepted === 0 ? '' : `, ${accepted} accepted`
  return fails > 0 ? `${fails} of ${looked} objects${more}` : `${looked} ${looked === 1 ? 'object' : 'objects'} looked at${more}`
}

/** `by ada until 2027-01-01: …`; what a system component is known to need has no end. */
export function noteWords({ by, reason, until }: NonNullable<JudgedFinding['note']>): string {
  return `by ${by}${until === undefined ? '' : ` until ${until}`}: ${reason}`
}

/** `encryption-config: step-1.yaml is in use on 1 of 1 API servers seen`. */
export function guideSentence(guide: { wizard: string; took: boolean | undefined; says: Text; params: Params }, lang: Lang = 'en'): string {
  const state = guide.took === undefined ? 'UNKNOWN' : guide.took ? 'TOOK' : 'NOT YET'
  const params = Object.fromEntries(Object.entries(guide.params).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
  return `${state}: ${guide.wizard}: ${say(guide.says, lang, params)}`
}

export function percent(value: number | undefined): string {
  return value === undefined ? 'not judged' : `${value} %`
}
