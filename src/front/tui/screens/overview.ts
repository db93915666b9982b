import { AREA_TITLES, AREAS, type Area } from '#model/areas.ts'
import type { Score } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { guideSentence } from '#report/words.ts'
import type { Ready } from '#session/types.ts'
import * as act from '../actions.ts'
import { BLANK, clip, type Line, line, pad, padStart, span } from '../lines.ts'
import type { Binding, Body, Ctx, Row } from '../screen.ts'
import { when } from '../words.ts'
import { bar, checkOf, objectLabel, points, sentence, totalsLine } from './facts.ts'

/** Where the cluster stands: total, what changed, the next best step, and a row for each area. */
export function body(ctx: Ctx, ready: Ready): Body {
  const { overall } = ready.assessment
  const total: Line = [
    span(`${ctx.t('Score')} `, undefined, true),
    ...bar(overall.score, ctx.width < 80 ? 10 : 20),
    span(` ${points(overall.score)}`, undefined, true),
    span(`   ${ctx.t('seen')} ${points(overall.coverage)}%   `, 'dim'),
    ...totalsLine(ctx, overall, ['fail', 'unknown', 'manual', 'accepted']),
  ]
  const head = [
    total,
    ...changed(ctx, ready),
    ...unseen(ctx, ready),
    ...waiting(ctx, ready),
    BLANK,
    ...next(ctx, ready),
    BLANK,
    columns(ctx),
  ]
  return { kind: 'list', head, groups: [{ rows: areas(ready).map((a) => areaRow(ctx, ready, a)) }], empty: ctx.t('No area matches.') }
}

function areas(ready: Ready): readonly Area[] {
  return AREAS.filter((area) => ready.assessment.checks.some((c) => c.area === area))
}

function changed(ctx: Ctx, ready: Ready): Line[] {
  const { t } = ctx
  const problem =
    ready.problem === undefined
      ? []
      : [line(span(clip(`✗ ${safe(ready.problem.message)}: ${t('what you see is older')}`, ctx.width), 'bad'))]
  return [...problem, [...sinceLast(ctx, ready), ...sinceStart(ctx, ready)]]
}

/** Against the last session; a first look is only said while nothing has changed in this one. */
function sinceLast(ctx: Ctx, ready: Ready): Line {
  const { before } = ready
  const now = ready.assessment.overall.score
  if (before?.score === undefined || now === undefined)
    return sinceStart(ctx, ready).length > 0 ? [] : [span(ctx.t('First look at this cluster.'), 'dim')]
  const words = { ...step(before.score, now), when: when(before.at) }
  return before.score === now
    ? [span(ctx.t('No change since {when}.', words), 'dim')]
    : [span(ctx.t('Since {when}: {old} → {new} ({by})', words), now > before.score ? 'good' : 'bad')]
}

function sinceStart(ctx: Ctx, ready: Ready): Line {
  const { first } = ctx.ui
  const now = ready.assessment.overall.score
  if (first === undefined || now === undefined || first === now) return []
  const gap = ready.before?.score === undefined ? [] : [span('   ')]
  return [...gap, span(ctx.t('{old} → {new} since you started', step(first, now)), now > first ? 'good' : 'bad')]
}

/** Two scores in whole points; with tenths where these alone tell them apart. */
function step(old: number, now: number): { readonly old: string; readonly new: string; readonly by: string } {
  const whole = Math.floor(old) !== Math.floor(now)
  const tenths = (n: number) => (whole ? Math.floor(n) : Math.floor(n * 10 + 1e-6) / 10)
  const by = tenths(now) - tenths(old)
  return {
    old: String(tenths(old)),
    new: String(tenths(now)),
    by: `${by < 0 ? '−' : '+'}${whole ? Math.abs(by) : Math.abs(by).toFixed(1)}`,
  }
}

/** Where rights are missing, a score stands on little: how to see more. */
function unseen(ctx: Ctx, ready: Ready): Line[] {
  const { unknown } = ready.assessment.overall.totals
  if (unknown === 0 || !ready.assessment.gaps.some((g) => g.needs !== undefined)) return []
  const words = ctx.t('Rights are missing: kubeharden permissions prints them')
  return [line(span(clip(`? ${words}`, ctx.width), 'warn'))]
}

/** Files written for nodes that are not known to be in use: they do nothing until somebody carries them there. */
function waiting(ctx: Ctx, ready: Ready): Line[] {
  const open = ready.guides.filter((g) => g.took !== true)
  return open.map((g) => line(span(clip(`… ${guideSentence(g, ctx.lang)}`, ctx.width), 'warn')))
}

function next(ctx: Ctx, ready: Ready): Line[] {
  const step = ready.next
  const check = step === undefined ? undefined : checkOf(ctx, step.check)
  if (step === undefined || check === undefined)
    return [line(span(ctx.t('No open finding has a wizard: go through the areas by hand.'), 'dim'))]
  const gain = gainWords(ctx, step.gain)
  const label = `${ctx.t('Next')}   `
  const room = ctx.width - label.length - gain.length - 2
  return [
    line(span(label, 'info', true), span(pad(say(check.title, ctx.lang), room), undefined, true), span(`  ${gain}`, 'good')),
    line(
      span(' '.repeat(label.length)),
      span(clip(`${objectLabel(step.finding.object)}: ${sentence(ctx, check, step.finding)}`, ctx.width - label.length), 'dim'),
    ),
  ]
}

/** Never rounded up; less than a point in tenths. */
function gainWords(ctx: Ctx, gain: number): string {
  if (gain < 0.1) return ctx.t('+ less than a point')
  return ctx.t('+{n} points', { n: gain >= 1 ? Math.floor(gain) : Math.floor(gain * 10) / 10 })
}

function columns(ctx: Ctx): Line {
  return line(span(`  ${pad(ctx.t('Area'), 19)}${pad(ctx.t('Score'), 16)}${pad(ctx.t('Seen'), 6)}${ctx.t('Open')}`, 'dim'))
}

function areaRow(ctx: Ctx, ready: Ready, area: Area): Row {
  const title = say(AREA_TITLES[area], ctx.lang)
  const score = ready.assessment.areas[area]
  return {
    search: () => `${title} ${area}`,
    draw: () => areaLine(ctx, title, score),
    open: () => ctx.ui.go({ do: 'push', screen: { name: 'area', area } }),
  }
}

function areaLine(ctx: Ctx, title: string, score: Score | undefined): Line {
  const open = score === undefined ? [] : totalsLine(ctx, score, ['fail', 'unknown', 'manual'])
  return [
    span(pad(title, 19), undefined, true),
    ...bar(score?.score, 10),
    span(padStart(points(score?.score), 4), undefined, true),
    span(`${padStart(points(score?.coverage), 5)}%  `, 'dim'),
    ...(open.length === 0 ? [span(ctx.t('✓ nothing open'), 'good')] : open),
  ]
}

export function keys(ctx: Ctx, ready: Ready): readonly Binding[] {
  const step = ready.next
  const fix: Binding[] =
    step === undefined
      ? []
      : [
          {
            keys: ['n'],
            show: 'n',
            label: ctx.t('next step'),
            help: ctx.t('open the wizard of the next best step'),
            run: () => openNext(ctx, step),
          },
        ]
  return [
    ...fix,
    {
      keys: ['C'],
      show: 'C',
      label: ctx.t('clusters'),
      help: ctx.t('choose another cluster'),
      quiet: true,
      run: () => act.contexts(ctx.ui),
    },
  ]
}

function openNext(ctx: Ctx, step: NonNullable<Ready['next']>): void {
  if (step.wizard === undefined) ctx.ui.go({ do: 'push', screen: { name: 'finding', check: step.check, finding: step.finding } })
  else act.openWizard(ctx.ui, step.wizard, step.finding)
}
