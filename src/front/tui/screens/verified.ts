import type { Verification } from '#model/journal.ts'
import { safe, say } from '#model/text.ts'
import { type Line, pad, span } from '../lines.ts'
import type { Ctx } from '../screen.ts'
import { statusWord } from '../words.ts'
import { checkOf } from './facts.ts'

type Verified = Verification['checks'][number]

/** Did the change turn this check, or at least some of its objects? */
export function isTurned(check: Verified): boolean {
  return check.before !== check.after || check.failsBefore !== check.failsAfter
}

/** `✗ fail → ✓ pass  title  open 2 → 0`. */
export function verifiedLines(ctx: Ctx, checks: readonly Verified[]): Line[] {
  return checks.map((c) => {
    const found = checkOf(ctx, c.check)
    const title = found === undefined ? safe(c.check) : say(found.title, ctx.lang)
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
