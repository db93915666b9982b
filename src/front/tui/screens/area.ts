import { AREA_TITLES, SEVERITIES } from '#model/areas.ts'
import type { CheckResult } from '#model/assessment.ts'
import { say } from '#model/text.ts'
import * as act from '../actions.ts'
import { BLANK, type Line, line, pad, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Body, Ctx, Group, Row, ScreenDef } from '../screen.ts'
import { askWithdraw, isDecided } from '../withdraw.ts'
import { count, severitySpan, statusSpan } from '../words.ts'
import { evidenceKeys, evidenceLines } from './evidence.ts'
import { bar, byUrgency, objectLabel, points, totalsLine, withdrawKey } from './facts.ts'

type AreaScreen = Extract<Screen, { name: 'area' }>

/** The checklist of an area: what fails first, then what is open, then what is fine. */
export const area: ScreenDef<AreaScreen> = {
  crumb: (screen, ctx) => say(AREA_TITLES[screen.area], ctx.lang),
  body: (screen, ctx) => checklist(ctx, screen),
  keys: (screen, ctx) => [
    {
      keys: ['w'],
      show: 'w',
      label: ctx.t('fix'),
      help: ctx.t('open the wizard that fixes the selected check'),
      needs: 'fix',
      run: (row) => act.fixRow(ctx.ui, row),
    },
    withdrawKey(ctx),
    ...evidenceKeys(ctx, checksOf(ctx, screen)),
  ],
}

const GROUPS: readonly (readonly [string, readonly CheckResult['status'][]])[] = [
  ['To fix', ['fail']],
  ['Not known', ['unknown', 'manual']],
  ['Fine, or decided', ['accepted', 'attested', 'pass', 'not-applicable']],
]

function checksOf(ctx: Ctx, screen: AreaScreen): readonly CheckResult[] {
  const checks = ctx.ready?.assessment.checks.filter((c) => c.area === screen.area) ?? []
  return checks.toSorted(
    (a, b) => byUrgency(a, b) || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.id.localeCompare(b.id),
  )
}

function checklist(ctx: Ctx, screen: AreaScreen): Body {
  const checks = checksOf(ctx, screen)
  const groups: Group[] = GROUPS.map(([title, statuses]) => ({
    title: ctx.t(title),
    rows: checks.filter((c) => statuses.includes(c.status)).map((c) => checkRow(ctx, c)),
  })).filter((g) => g.rows.length > 0)
  const score = ctx.ready?.assessment.areas[screen.area]
  const head: Line[] =
    score === undefined
      ? []
      : [
          line(
            span(`${ctx.t('Score')} `, undefined, true),
            ...bar(score.score, 12),
            span(` ${points(score.score)}`, undefined, true),
            span(`   ${ctx.t('seen')} ${points(score.coverage)}%   `, 'dim'),
            ...totalsLine(ctx, score, ['fail', 'unknown', 'manual', 'pass']),
          ),
          ...evidenceLines(ctx, checks),
          BLANK,
        ]
  return { kind: 'list', head, groups, empty: ctx.t('No check matches.'), about: 2 }
}

/** Cells for the number of objects and who can fix them. */
const EXTENT = 13

/** `3 objects`; where it fails and no wizard fixes it, `by hand (3)`. */
function extent(ctx: Ctx, check: CheckResult, open: number, byHand: boolean): string {
  if (check.status === 'fail' && byHand) return ctx.t('by hand ({n})', { n: open })
  return check.status === 'pass' || open === 0 ? '' : count(open, '{n} object', '{n} objects', ctx.t)
}

function checkRow(ctx: Ctx, check: CheckResult): Row {
  const title = say(check.title, ctx.lang)
  const about = ctx.ui.session.checks.find((c) => c.id === check.id)
  const open = check.findings.filter((f) => f.status === check.status).length
  const failing = check.findings.find((f) => f.status === 'fail')
  const wizards = ctx.ui.session.wizardsFor(check.id)
  return {
    search: () => `${title} ${check.id} ${check.severity} ${check.status} ${check.findings.map((f) => objectLabel(f.object)).join(' ')}`,
    draw: (width) => [
      statusSpan(check.status, ctx.t),
      severitySpan(check.severity, ctx.t),
      span(pad(title, Math.max(10, width - 20 - EXTENT))),
      span(` ${extent(ctx, check, open, wizards.length === 0)}`, 'dim'),
    ],
    open: () => ctx.ui.go({ do: 'push', screen: { name: 'check', check: check.id } }),
    ...(wizards.length === 0 ? {} : { fix: () => act.openFix(ctx.ui, check.id, failing) }),
    ...(isDecided(check) ? { withdraw: () => askWithdraw(ctx.ui, check.id) } : {}),
    ...(about === undefined ? {} : { about: say(about.text.why, ctx.lang) }),
  }
}
