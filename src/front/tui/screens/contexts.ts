import { safe } from '#model/text.ts'
import type { ContextChoice, SessionView } from '#session/types.ts'
import * as act from '../actions.ts'
import { BLANK, type Line, pad, paragraph, span } from '../lines.ts'
import type { Binding, Body, Ctx, Row } from '../screen.ts'

type Choosing = Extract<SessionView, { phase: 'choosing' | 'failed' }>

/** The contexts of the kubeconfig, the current one first, and last the practice cluster; above them why none is open. */
export function body(ctx: Ctx, view: Choosing): Body {
  const { t, ui } = ctx
  const rows: Row[] = view.contexts
    .toSorted((a, b) => Number(b.current) - Number(a.current))
    .map((choice) => ({
      search: () => `${choice.name} ${choice.cluster} ${choice.server ?? ''} ${choice.namespace ?? ''}`,
      draw: (width) => contextLine(ctx, choice, width),
      open: () => void act.choose(ui, { kind: 'context', context: choice.name }),
    }))
  const practice: Row = {
    search: () => 'practice cluster',
    draw: () => [span(pad(t('Practice cluster'), 26), undefined, true), span(t('bundled, to try everything; nothing is real'), 'dim')],
    open: () => void act.choose(ui, { kind: 'practice' }),
  }
  const none = view.contexts.length === 0 ? paragraph(t('No context was found in the kubeconfig.'), ctx.width, 0, 'dim') : []
  const head: Line[] = [...problem(ctx, view), [span(t('Which cluster shall be looked at?'), undefined, true)], ...none, BLANK]
  return { kind: 'list', head, groups: [{ rows: [...rows, practice] }], empty: t('No context matches.') }
}

function problem(ctx: Ctx, view: Choosing): Line[] {
  const error = view.phase === 'failed' ? view.error : view.problem
  if (error === undefined) return []
  return [
    ...paragraph(`✗ ${safe(error.message.split('\n').join(' '))}`, ctx.width, 0, 'bad').slice(0, 5),
    ...paragraph(`→ ${safe(error.hint)}`, ctx.width).slice(0, 3),
    BLANK,
  ]
}

function contextLine(ctx: Ctx, choice: ContextChoice, width: number): Line {
  const current = choice.current ? ctx.t('current') : ''
  const where = [choice.server ?? choice.cluster, choice.namespace === undefined ? '' : `${ctx.t('namespace')} ${choice.namespace}`]
  return [
    span(pad(safe(choice.name), 26), undefined, choice.current),
    span(pad(current, 9), 'good'),
    span(pad(safe(where.filter((s) => s !== '').join('  ')), Math.max(10, width - 35)), 'dim'),
  ]
}

export function keys(ctx: Ctx): readonly Binding[] {
  const again = ctx.view.phase === 'failed' ? ctx.view.target : undefined
  if (again === undefined) return []
  return [{ keys: ['r'], show: 'r', label: ctx.t('try again'), run: () => void act.choose(ctx.ui, again) }]
}
