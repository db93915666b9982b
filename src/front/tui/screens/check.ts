import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import * as act from '../actions.ts'
import { BLANK, clip, type Line, line, pad, paragraph, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Binding, Body, Ctx, Group, Row, ScreenDef } from '../screen.ts'
import { askWithdraw, isDecided } from '../withdraw.ts'
import { statusSpan } from '../words.ts'
import { evidenceKeys, evidenceLines } from './evidence.ts'
import { byUrgency, checkOf, gapWords, objectLabel, sentence, verdictLine, withdrawKey } from './facts.ts'

type CheckScreen = Extract<Screen, { name: 'check' }>

/** One check: why it matters, then the objects it judged and what it could not see. */
export const check: ScreenDef<CheckScreen> = {
  crumb: (screen, ctx) => {
    const found = checkOf(ctx, screen.check)
    return found === undefined ? screen.check : say(found.title, ctx.lang)
  },
  body: (screen, ctx) => {
    const found = checkOf(ctx, screen.check)
    return found === undefined ? gone(ctx) : objects(ctx, found)
  },
  keys: (screen, ctx) => [
    ...(ctx.ui.session.wizardsFor(screen.check).length === 0 ? [] : [fixKey(ctx, screen.check)]),
    ...(checkOf(ctx, screen.check)?.status === 'manual'
      ? [{ keys: ['t'], show: 't', label: ctx.t('attest'), run: () => act.openAttest(ctx.ui, screen.check) }]
      : []),
    ...evidenceKeys(ctx, [checkOf(ctx, screen.check)]),
    whole(ctx, checkOf(ctx, screen.check)),
  ],
}

/** On a finding that is accepted or attested; of a check that is, on any row: then all of it. */
function whole(ctx: Ctx, found: CheckResult | undefined): Binding {
  const key = withdrawKey(ctx)
  if (found === undefined || !isDecided(found)) return key
  const { needs: _row, ...always } = key
  return { ...always, run: (row) => (row?.withdraw === undefined ? askWithdraw(ctx.ui, found.id) : row.withdraw()) }
}

function fixKey(ctx: Ctx, check: string): Binding {
  return {
    keys: ['w'],
    show: 'w',
    label: ctx.t('fix'),
    help: ctx.t('open the wizard that fixes this check, for the selected object'),
    run: (row) => (row?.fix === undefined ? act.openFix(ctx.ui, check) : row.fix()),
  }
}

function gone(ctx: Ctx): Body {
  return { kind: 'text', lines: [line(ctx.t('This check is not part of the last assessment.'))] }
}

function findingsOf(ctx: Ctx, id: string): readonly JudgedFinding[] {
  return checkOf(ctx, id)?.findings.toSorted(byUrgency) ?? []
}

function objects(ctx: Ctx, found: CheckResult): Body {
  const { t } = ctx
  const about = ctx.ui.session.checks.find((c) => c.id === found.id)
  const why =
    about === undefined ? [] : paragraph(say(about.text.why, ctx.lang), ctx.width, 0, 'dim').slice(0, Math.max(1, ctx.height - 12))
  const wizards = ctx.ui.session.wizardsFor(found.id)
  const fixed: Line[] =
    wizards.length === 0
      ? found.status === 'fail'
        ? [line(span(t('Fixed by hand: Enter on an object tells how'), 'info'))]
        : []
      : [line(span(clip(`${t('Fixed by')}: ${wizards.map((w) => say(w.title, ctx.lang)).join(', ')}`, ctx.width), 'info'))]
  const head: Line[] = [verdictLine(ctx, found.status, found.severity, found.id), ...why, ...fixed, ...evidenceLines(ctx, [found]), BLANK]
  const groups: Group[] = [
    { title: t('Objects'), rows: findingsOf(ctx, found.id).map((f) => findingRow(ctx, found, f)) },
    { title: t('Could not be seen'), rows: found.gaps.map((g) => gapRow(ctx, g)) },
  ].filter((g) => g.rows.length > 0)
  return { kind: 'list', head, groups, empty: t('There was nothing to judge.'), about: 2 }
}

function findingRow(ctx: Ctx, found: CheckResult, finding: JudgedFinding): Row {
  const label = () => objectLabel(finding.object)
  const words = () => sentence(ctx, found, finding)
  return {
    search: () => `${label()} ${words()} ${finding.status}`,
    draw: (width) => {
      const room = Math.max(16, Math.min(34, Math.floor((width - 11) / 2)))
      return [statusSpan(finding.status, ctx.t), span(pad(label(), room)), span(` ${clip(words(), width - 12 - room)}`, 'dim')]
    },
    open: () => ctx.ui.go({ do: 'push', screen: { name: 'finding', check: found.id, finding } }),
    fix: () => act.openFix(ctx.ui, found.id, finding),
    ...(isDecided(finding) ? { withdraw: () => askWithdraw(ctx.ui, found.id, finding) } : {}),
    about: `${label()}: ${words()}`,
  }
}

function gapRow(ctx: Ctx, gap: CheckResult['gaps'][number]): Row {
  const { what, needs } = gapWords(ctx, gap)
  const words = needs === undefined ? what : `${what}; ${ctx.t('missing right')}: ${needs}`
  return {
    search: () => safe(words),
    draw: (width) => [statusSpan('unknown', ctx.t), span(clip(words, width - 11))],
    about: words,
    open: () => ctx.ui.set({ dialog: { kind: 'notice', title: ctx.t('Could not be seen'), text: what, ...missing(ctx, needs) } }),
  }
}

function missing(ctx: Ctx, needs: string | undefined): { hint?: string } {
  return needs === undefined
    ? {}
    : { hint: `${ctx.t('Missing right')}: ${needs}\n${ctx.t('kubeharden permissions prints the roles to grant.')}` }
}
