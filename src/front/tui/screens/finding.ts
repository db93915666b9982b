import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import * as act from '../actions.ts'
import { BLANK, heading, type Line, labelled, line, paragraph, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Binding, Ctx, ScreenDef } from '../screen.ts'
import { askWithdraw, isDecided } from '../withdraw.ts'
import { evidenceKeys } from './evidence.ts'
import { checkOf, findingNow, gapWords, objectLabel, sentence, verdictLine, withdrawKey } from './facts.ts'

type FindingScreen = Extract<Screen, { name: 'finding' }>

/** One object under one check: what was seen, why it matters, how it is fixed. */
export const finding: ScreenDef<FindingScreen> = {
  crumb: (screen) => objectLabel(screen.finding.object),
  body: (screen, ctx) => {
    const check = checkOf(ctx, screen.check)
    if (check === undefined) return { kind: 'text', lines: [line(ctx.t('This check is not part of the last assessment.'))] }
    return { kind: 'text', lines: detail(ctx, check, findingNow(ctx, screen.check, screen.finding)) }
  },
  keys: (screen, ctx) => bindings(ctx, screen),
}

function detail(ctx: Ctx, check: CheckResult, found: JudgedFinding): Line[] {
  const { t, width } = ctx
  const label = (name: string, value: string | undefined) => (value === undefined ? [] : labelled(t(name), safe(value), width, 10))
  const note = found.note
  return [
    verdictLine(ctx, found.status, check.severity, say(check.title, ctx.lang)),
    ...paragraph(sentence(ctx, check, found), width),
    BLANK,
    ...label('Object', objectLabel(found.object)),
    ...label('Path', found.path),
    ...label('Saw', found.saw),
    ...(note === undefined
      ? []
      : label(
          'Decided',
          note.until === undefined
            ? t('by {by}: {reason}', { by: note.by, reason: note.reason })
            : t('by {by} until {until}: {reason}', { by: note.by, until: note.until, reason: note.reason }),
        )),
    ...fixes(ctx, check),
    ...about(ctx, check),
    ...gaps(ctx, check),
    ...controls(ctx, check),
  ]
}

function fixes(ctx: Ctx, check: CheckResult): Line[] {
  const wizards = ctx.ui.session.wizardsFor(check.id)
  if (wizards.length === 0) return []
  return [BLANK, heading(ctx.t('Wizards that fix it')), ...wizards.map((w) => line(span('  w  ', 'info', true), say(w.title, ctx.lang)))]
}

function about(ctx: Ctx, check: CheckResult): Line[] {
  const found = ctx.ui.session.checks.find((c) => c.id === check.id)
  if (found === undefined) return []
  const section = (title: string, text: string) => [BLANK, heading(ctx.t(title)), ...paragraph(text, ctx.width, 2)]
  return [...section('Why', say(found.text.why, ctx.lang)), ...section('Fix', say(found.text.fix, ctx.lang))]
}

function gaps(ctx: Ctx, check: CheckResult): Line[] {
  if (check.gaps.length === 0) return []
  const lines = check.gaps.flatMap((gap) => {
    const { what, needs } = gapWords(ctx, gap)
    return [
      ...paragraph(`? ${what}`, ctx.width, 2, 'warn'),
      ...(needs === undefined ? [] : paragraph(`${ctx.t('missing right')}: ${needs}`, ctx.width, 4)),
    ]
  })
  return [BLANK, heading(ctx.t('Could not be seen')), ...lines]
}

function controls(ctx: Ctx, check: CheckResult): Line[] {
  // `topic` and `risk` are numbers of our own; they say nothing to the operator.
  const { cis, nsa } = check.controls
  const rows: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['CIS', cis],
    ['NSA/CISA', nsa],
  ]
  const shown = rows.filter(([, ids]) => ids !== undefined && ids.length > 0)
  if (shown.length === 0) return []
  return [
    BLANK,
    heading(ctx.t('Controls')),
    ...shown.flatMap(([name, ids]) => labelled(`  ${name}`, (ids ?? []).join(', '), ctx.width, 12)),
  ]
}

function bindings(ctx: Ctx, screen: FindingScreen): readonly Binding[] {
  const found = findingNow(ctx, screen.check, screen.finding)
  const { t, ui } = ctx
  const out: Binding[] = []
  if (ui.session.wizardsFor(screen.check).length > 0 && found.status !== 'pass')
    out.push({
      keys: ['w', 'enter'],
      show: 'w',
      label: t('fix'),
      help: t('open the wizard that fixes it'),
      run: () => act.openFix(ui, screen.check, found),
    })
  if (found.status === 'fail' || found.status === 'unknown')
    out.push({
      keys: ['a'],
      show: 'a',
      label: t('accept'),
      help: t('accept the risk, with owner and date'),
      run: () => act.openAccept(ui, screen.check, found),
    })
  if (found.status === 'manual')
    out.push({
      keys: ['t'],
      show: 't',
      label: t('attest'),
      help: t('say that somebody looked at it'),
      run: () => act.openAttest(ui, screen.check),
    })
  out.push(...evidenceKeys(ctx, [checkOf(ctx, screen.check)]))
  if (isDecided(found)) {
    const { needs: _row, ...key } = withdrawKey(ctx)
    out.push({ ...key, run: () => askWithdraw(ui, screen.check, found) })
  }
  return out
}
