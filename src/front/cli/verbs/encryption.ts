import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { safe } from '#model/text.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { encryptionLines, rewriteOutcomeLines, rewritePlanLines } from '../encryptionText.ts'
import { ask } from '../io.ts'

const FORMATS = ['table', 'json'] as const

type Flags = Globals & { readonly yes?: boolean; readonly dryRun?: boolean; readonly resources?: readonly string[]; readonly rate?: string }

/** `encryption status`, `encryption rewrite`: what stands of encryption at rest, and storing everything again. */
export function encryption(program: Command, ctx: Ctx): void {
  const verb = program.command('encryption').description('encryption at rest: where it stands, and storing everything again')
  verb
    .command('status')
    .description('what the API servers announce, which file that is, what is proven, and what comes next')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      await connected(ctx, flags, { readOnly: true }, async (_session, ready) => {
        const { encryption: standing } = ready()
        await emit(ctx.io, format === 'json' ? json(standing) : `${encryptionLines(standing).join('\n')}\n`, flags.out)
      })
    })
  verb
    .command('rewrite')
    .description('store every object again, as the API servers write now; no object leaves the API server; goes on where it stopped')
    .option('--resources <names...>', 'what is stored again (default: what the configuration in use names, else secrets)')
    .option('--rate <number>', 'most objects a second', '200')
    .option('--yes', 'go on without asking')
    .option('--dry-run', 'count only; exit 1 where something would be stored again')
    .action(async (_options, self: Command) => ctx.exit(await rewrite(ctx, self.optsWithGlobals() as Flags)))
}

function rewrite(ctx: Ctx, flags: Flags): Promise<number> {
  const perSecond = Number(flags.rate ?? '200')
  if (!(perSecond >= 1 && perSecond <= 5000)) throw new HardenError('usage', `--rate ${flags.rate} is not usable.`, 'Give 1 to 5000.')
  return connected(ctx, flags, { readOnly: false }, async (session, ready) => {
    const { encryption: standing, cluster } = ready()
    const asked = flags.resources?.flatMap((r) => r.split(',')).filter((r) => r !== '')
    const plan = await session.planRewrite(asked ?? standing.resources, ctx.io.signal)
    ctx.io.out(`${rewritePlanLines(plan, perSecond).join('\n')}\n`)
    if (flags.dryRun === true) return plan.total > 0 ? 1 : 0
    if (flags.yes !== true) {
      if (!ctx.io.interactive)
        throw new HardenError('usage', 'Nothing was written: there is no terminal to ask on.', 'Give --yes to go on, or --dry-run.')
      const answer = await ask(ctx.io, `Store these again in cluster ${safe(cluster.name)}? Type yes to go on: `)
      if (answer?.trim().toLowerCase() !== 'yes') {
        ctx.io.out('Nothing was written.\n')
        return 0
      }
    }
    let told = 0
    const outcome = await session.rewrite(plan, {
      signal: ctx.io.signal,
      perSecond,
      onProgress: ({ phase, done, total, left }) => {
        if (performance.now() - told < 1000 && done < total) return
        told = performance.now()
        const time = left === undefined ? '' : `, about ${left} s left`
        ctx.io.err(`${phase === 'write' ? 'stored again' : 'looked at again'}: ${done} of ${total}${time}\n`)
      },
    })
    ctx.io.out(`${rewriteOutcomeLines(outcome).join('\n')}\n`)
    if (outcome.proof !== undefined) return 0
    throw new HardenError(
      'change-failed',
      'It is not proven that everything is stored as the API servers write now.',
      'Look at the lines above and run it again: what is stored already is left as it is. No key may be removed before.',
    )
  })
}
