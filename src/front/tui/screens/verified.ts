import type { Verification } from '#model/journal.ts'
import { safe, say } from '#model/text.ts'
import { type Line, pad, paragraph, span } from '../lines.ts'
import type { Ctx } from '../screen.ts'
import { count, statusWord } from '../words.ts'
import { checkOf } from './facts.ts'

type Verified = Verification['checks'][number]

/** Did the change turn this check, or at least some of its objects? */
export function isTurned(check: Verified): boolean {
  return check.before !== check.after || check.failsBefore !== check.failsAfter
}

/** Checks that had nothing to look at until this change made objects, and fail: no step back, but work that became visible. */
export function awakened(ctx: Ctx, checks: readonly Verified[]): Line[] {
  const some = checks.filter((c) => c.before === 'not-applicable' && c.after === 'fail')
  if (some.length === 0) return []
  const words = count(
    some.length,
    '{n} check now has something to look at and fails',
    '{n} checks now have something to look at and fail',
    ctx.t,
  )
  return paragraph(`! ${words}: ${some.map((c) => titleOf(ctx, c)).join('; ')}`, ctx.width, 0, 'warn')
}

function titleOf(ctx: Ctx, { check }: Verified): string {
  const found = checkOf(ctx, check)
  return found === undefined ? safe(check) : say(found.title, ctx.lang)
}

/** `✗ fail → ✓ pass  title  open 2 → 0`. */
export function verifiedLines(ctx: Ctx, checks: readonly Verified[]): Line[] {
  return checks.map((c) => {
    const title = titleOf(ctx, c)
    const before = statusWord(c.before, ctx.t)
    const after = statusWord(c.after, ctx.t)
    const open = c.failsBefore === c.failsAfter ? `${c.failsAfter}` : `${c.failsBefore} → ${c.failsAfter}`
    const words = c.failsBefore + c.failsAfter === 0 ? '' : ctx.t('open {n}', { n: open })
    return [
      { ...before, text: pad(before.text, 11) },
      span('→ '),
      { ...after, text: pad(after.text, 11) },
      span(pad(title, ctx.width - 38)),
      span(`  ${words}`, 'dim'),
    ]
  })
}
