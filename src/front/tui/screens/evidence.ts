import type { CheckResult } from '#model/assessment.ts'
import { TAKE_EVIDENCE, waitsForEvidence } from '#session/evidence.ts'
import * as act from '../actions.ts'
import { type Line, paragraph } from '../lines.ts'
import type { Binding, Ctx } from '../screen.ts'
import { count } from '../words.ts'

/** The key that imports evidence, where one of these checks waits for it. */
export function evidenceKeys(ctx: Ctx, checks: readonly (CheckResult | undefined)[]): readonly Binding[] {
  if (waiting(ctx, checks) === 0) return []
  const help = ctx.t('import the evidence that the script printed on a node')
  return [{ keys: ['i'], show: 'i', label: ctx.t('import'), help, run: () => act.askEvidence(ctx.ui) }]
}

/** How to get what these checks wait for. */
export function evidenceLines(ctx: Ctx, checks: readonly CheckResult[]): readonly Line[] {
  const n = waiting(ctx, checks)
  if (n === 0) return []
  const who = count(n, '{n} check waits for evidence of files on nodes', '{n} checks wait for evidence of files on nodes', ctx.t)
  return paragraph(ctx.t('{who}: {command}, then i', { who, command: TAKE_EVIDENCE }), ctx.width, 0, 'info')
}

function waiting(ctx: Ctx, checks: readonly (CheckResult | undefined)[]): number {
  const source = ctx.ready?.source
  if (source === undefined) return 0
  return checks.filter((check) => check !== undefined && waitsForEvidence(check, ctx.ui.session.checks, source)).length
}
