import type { Severity, Status } from '#model/areas.ts'
import type { CheckResult, JudgedFinding, Score } from '#model/assessment.ts'
import type { ObjectRef } from '#model/refs.ts'
import { refKey, refLabel } from '#model/refs.ts'
import { describeRight, type Gap } from '#model/right.ts'
import { type Params, safe, say } from '#model/text.ts'
import { type Line, line, span } from '../lines.ts'
import type { Binding, Ctx } from '../screen.ts'
import { SEVERITY_TONES, STATUS_MARKS } from '../words.ts'

/** Order of urgency: what fails first, what is fine last. */
const ORDER: readonly Status[] = ['fail', 'unknown', 'manual', 'accepted', 'attested', 'pass', 'not-applicable']

export function byUrgency(a: { status: Status }, b: { status: Status }): number {
  return ORDER.indexOf(a.status) - ORDER.indexOf(b.status)
}

export function checkOf(ctx: Ctx, id: string): CheckResult | undefined {
  return ctx.ready?.assessment.checks.find((c) => c.id === id)
}

export function findingKey(finding: JudgedFinding): string {
  return `${refKey(finding.object)}|${finding.path ?? ''}|${finding.message}`
}

/** The finding as it stands now; after a refresh it may read differently, or be gone. */
export function findingNow(ctx: Ctx, check: string, finding: JudgedFinding): JudgedFinding {
  return checkOf(ctx, check)?.findings.find((f) => findingKey(f) === findingKey(finding)) ?? finding
}

/** The finding's sentence; parameters come from the cluster and are escaped. */
export function sentence(ctx: Ctx, check: CheckResult, finding: JudgedFinding): string {
  const message = check.messages[finding.message]
  if (message === undefined) return safe(finding.message)
  const params: Params = Object.fromEntries(Object.entries(finding.params ?? {}).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
  return say(message, ctx.lang, params)
}

/** `✗ fail · critical · what it is about`. */
export function verdictLine(ctx: Ctx, status: Status, severity: Severity, about: string): Line {
  const mark = STATUS_MARKS[status]
  const dot = span(' · ', 'dim')
  return line(
    span(`${mark.symbol} ${ctx.t(mark.word)}`, mark.tone, true),
    dot,
    span(ctx.t(severity), SEVERITY_TONES[severity]),
    dot,
    span(about, undefined, true),
  )
}

export function objectLabel(ref: ObjectRef): string {
  return safe(refLabel(ref))
}

const REASONS: Record<Gap['reason'], string> = {
  forbidden: 'not allowed',
  unauthorized: 'the credentials ran out',
  timeout: 'no answer in time',
  unreachable: 'not reachable',
  'not-in-source': 'not in this source',
  'not-visible': 'cannot be seen from here',
  malformed: 'the answer could not be read',
}

/** `secrets in shop: not allowed`, and the missing right on its own where there is one. */
export function gapWords(ctx: Ctx, gap: Gap): { readonly what: string; readonly needs: string | undefined } {
  const place = gap.namespace ?? gap.name
  const where = place === undefined ? '' : ` ${ctx.t(gap.namespace === undefined ? 'of' : 'in')} ${safe(place)}`
  return {
    what: `${safe(gap.kind)}${where}: ${ctx.t(REASONS[gap.reason])}${gap.detail === '' ? '' : ` (${safe(gap.detail)})`}`,
    needs: gap.needs === undefined ? undefined : safe(describeRight(gap.needs)),
  }
}

/** `✗ 3 fail  ? 1 unknown  ✓ 9 pass`: only what there is. */
export function totalsLine(ctx: Ctx, score: Score, statuses: readonly Status[]): Line {
  const parts = statuses.filter((s) => score.totals[s] > 0)
  return parts.flatMap((s, i) => {
    const mark = STATUS_MARKS[s]
    return [span(`${i === 0 ? '' : '  '}${mark.symbol} ${score.totals[s]} ${ctx.t(mark.word)}`, mark.tone)]
  })
}

/** A bar of `width` cells for 0 to 100; without a score, dots. */
export function bar(value: number | undefined, width: number): Line {
  if (value === undefined) return [span('·'.repeat(width), 'dim')]
  const full = Math.floor((Math.max(0, Math.min(100, value)) / 100) * width)
  return [span('█'.repeat(full), value >= 80 ? 'good' : value >= 50 ? 'warn' : 'bad'), span('░'.repeat(width - full), 'dim')]
}

/** Whole points, never rounded up: 99.9 is not 100. */
export function points(value: number | undefined): string {
  return value === undefined ? '–' : String(Math.floor(value))
}

/** Takes back what was accepted or attested for the selected row. */
export function withdrawKey(ctx: Ctx): Binding {
  return {
    keys: ['x'],
    show: 'x',
    label: ctx.t('withdraw'),
    help: ctx.t('take back what was accepted or attested; asks first'),
    needs: 'withdraw',
    run: (row) => row?.withdraw?.(),
  }
}
