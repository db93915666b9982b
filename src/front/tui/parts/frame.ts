import stringWidth from 'string-width'
import { safe } from '#model/text.ts'
import { clip, type Line, pad, type Span, span, widthOf } from '../lines.ts'
import type { Binding, Ctx, Row } from '../screen.ts'
import type { UiState } from '../ui.ts'

/** Name, cluster, version; practice and read-only are said on every screen. */
export function headerLine(ctx: Ctx, version: string): Line {
  const { ready, t, width } = ctx
  const name = span(`kubeharden ${version}`, 'info', true)
  if (ready === undefined) return [name, ...(isPractice(ctx) ? [span('   '), practice(ctx)] : [])]
  const right: Span[] = [
    ...(isPractice(ctx) ? [span('  '), practice(ctx)] : []),
    ...(ready.readOnly === undefined
      ? []
      : [span('  '), { text: ` ${t('READ-ONLY')} `, tone: 'warn', inverse: true, bold: true } as const]),
  ]
  const { cluster } = ready
  const facts = [isPractice(ctx) ? undefined : (cluster.context ?? cluster.name), cluster.version, distribution(ctx), sourceWord(ctx)]
  const where = safe(facts.filter((s) => s !== undefined).join('  '))
  const room = width - widthOf(right) - 2
  const left = stringWidth(where) + name.text.length > room ? span('kubeharden', 'info', true) : name
  return [left, span('  '), span(pad(wholeWords(where, room - left.text.length), room - left.text.length), undefined, true), ...right]
}

/** The first facts that fit; the first one is cut where not even it does. */
function wholeWords(facts: string, width: number): string {
  const [first = '', ...rest] = facts.split('  ')
  return rest.reduce((shown, fact) => (stringWidth(`${shown}  ${fact}`) <= width ? `${shown}  ${fact}` : shown), first)
}

function distribution(ctx: Ctx): string | undefined {
  const known = ctx.ready?.cluster.distribution
  return known === 'unknown' ? undefined : known
}

function isPractice(ctx: Ctx): boolean {
  if (ctx.view.phase === 'ready') return ctx.view.source === 'practice'
  return ctx.view.phase === 'connecting' && ctx.view.target.kind === 'practice'
}

function practice(ctx: Ctx): Span {
  return { text: ctx.t('PRACTICE CLUSTER — nothing here is real'), tone: 'warn', bold: true }
}

function sourceWord(ctx: Ctx): string | undefined {
  const source = ctx.ready?.source
  return source === 'snapshot' || source === 'manifests' ? ctx.t(source) : undefined
}

/** Where the operator is, and how far down. */
export function crumbLine(ctx: Ctx, crumbs: readonly string[], place: string): Line {
  const right = place === '' ? '' : ` ${place}`
  const room = ctx.width - right.length
  let shown = crumbs
  while (shown.length > 2 && shown.join(' › ').length > room) shown = ['…', ...shown.slice(shown[0] === '…' ? 2 : 1)]
  return [span(pad(shown.join(' › '), room), undefined, true), span(right, 'dim')]
}

/** What is under way, typed or said, in one line above the keys. */
export function statusLine(ctx: Ctx, state: UiState): Line {
  const { frame, t } = ctx
  const progress = ctx.ready?.refreshProgress
  if (state.busy !== undefined) {
    const far = progress === undefined ? '' : ` ${progress.done}/${progress.total}`
    return [span(`${state.busy.label}${far} …  `, 'info', true), span(t('Esc stops'), 'dim')]
  }
  if (frame.filtering)
    return [
      span('/', 'info', true),
      span(safe(frame.filter)),
      { text: ' ', inverse: true },
      span(`   ${t('Enter keeps the filter, Esc clears it')}`, 'dim'),
    ]
  if (state.toast !== undefined) return [span(clip(state.toast.text, ctx.width), state.toast.tone)]
  if (frame.filter !== '') return [span(`/${safe(frame.filter)}`, 'info', true), span(`   ${t('Esc clears the filter')}`, 'dim')]
  if (ctx.ready?.refreshing === true) return [span(t('Reading the cluster again …'), 'dim')]
  return []
}

/** The keys that do something where the cursor is. */
export function shownKeys(keys: readonly Binding[], selected: Row | undefined): readonly Binding[] {
  return keys.filter((k) => k.quiet !== true && (k.needs === undefined || selected?.[k.needs] !== undefined))
}

/** The keys of the screen, then the general ones as far as there is room; `?` always. */
export function footerLine(ctx: Ctx, keys: readonly Binding[], list: boolean): Line {
  const { t, frame } = ctx
  const { name } = frame.screen
  const own = keys.map((k) => [k.show, k.label] as const)
  if (name === 'form' || name === 'apply') return fitKeys(own, ctx.width)
  const has = (show: string) => own.some(([s]) => s === show)
  const last: (readonly [string, string])[] = [
    ['?', t('help')],
    ['q', t('quit')],
  ]
  const general: (readonly [string, string])[] = [
    ...(list && !has('Enter') ? [['Enter', t('open')] as const] : []),
    ...own,
    ...(name !== 'home' && !has('Esc') && name !== 'result' ? [['Esc', t('back')] as const] : []),
    ...(list ? [['/', t('filter')] as const] : []),
    [':', t('go to')],
    ...(ctx.ready === undefined || name !== 'home' ? [] : [['r', t('refresh')] as const, ['J', t('journal')] as const]),
  ]
  const end = fitKeys(last, ctx.width)
  const start = fitKeys(general, ctx.width - widthOf(end) - 2)
  return [...start, span('  '), ...end]
}

function fitKeys(keys: readonly (readonly [string, string])[], width: number): Line {
  const out: Span[] = []
  for (const [show, label] of keys) {
    const next = [...(out.length === 0 ? [] : [span('  ')]), span(show, 'info', true), span(` ${label}`)]
    if (widthOf([...out, ...next]) > width) break
    out.push(...next)
  }
  return out
}
