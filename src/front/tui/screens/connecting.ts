import { safe } from '#model/text.ts'
import type { SessionView, Target } from '#session/types.ts'
import * as act from '../actions.ts'
import { BLANK, type Line, line, span } from '../lines.ts'
import type { Binding, Body, Ctx } from '../screen.ts'
import { bar } from './facts.ts'

function targetName(ctx: Ctx, target: Target): string {
  if (target.kind === 'practice') return ctx.t('the practice cluster')
  if (target.kind === 'from') return safe(target.path)
  return target.context === undefined ? ctx.t('the current context') : safe(target.context)
}

/** What is being read, and how far it is. */
export function body(ctx: Ctx, view: Extract<SessionView, { phase: 'connecting' }>): Body {
  const { t } = ctx
  const lines: Line[] = [BLANK, line(span(t('Connecting to {name} …', { name: targetName(ctx, view.target) }), undefined, true)), BLANK]
  const { progress } = view
  if (progress === undefined) lines.push(line(span(t('Waiting for the API server to answer.'), 'dim')))
  else {
    const percent = progress.total === 0 ? 0 : (progress.done / progress.total) * 100
    lines.push(
      [...bar(percent, Math.min(40, ctx.width - 20)), span(`  ${progress.done}/${progress.total}`)],
      line(t('Reading {kind}; {n} objects so far', { kind: progress.kind, n: progress.objects })),
    )
  }
  lines.push(BLANK, line(span(t('Only reading: nothing is changed before you have seen it and said yes.'), 'dim')))
  return { kind: 'text', lines }
}

export function keys(ctx: Ctx): readonly Binding[] {
  return [{ keys: ['esc'], show: 'Esc', label: ctx.t('other cluster'), run: () => act.contexts(ctx.ui) }]
}
