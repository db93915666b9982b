import type { Command } from 'commander'
import { say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { previewLines } from '#report/previewText.ts'
import { agreed, assertVerified, changes, outcomeText, progressOf } from '../act.ts'
import { addFieldFlags, answersFor } from '../answers.ts'
import { paint } from '../color.ts'
import { connected } from '../connected.ts'
import type { Ctx, Globals } from '../context.ts'

type Flags = Globals & { readonly yes?: boolean; readonly dryRun?: boolean } & Record<string, unknown>

export function apply(program: Command, ctx: Ctx): void {
  const verb = program.command('apply').description('preview, confirm, apply, verify, remember')
  for (const wizard of ctx.deps.wizards) {
    const command = verb
      .command(wizard.id)
      .description(say(wizard.title))
      .option('--yes', 'apply what the preview shows without asking')
      .option('--dry-run', 'stop after the preview; exit 1 where it would change something')
      .option('--out <dir>', 'where the files of a guided change go')
    addFieldFlags(command, wizard)
    command.action(async (_options, self: Command) => ctx.exit(await run(ctx, wizard, self.optsWithGlobals() as Flags)))
  }
}

function run(ctx: Ctx, wizard: Wizard, flags: Flags): Promise<number> {
  return connected(ctx, flags, { readOnly: flags.dryRun === true }, async (session, ready) => {
    const answers = await answersFor(wizard, flags, ready().state, ctx.io)
    const preview = await session.preview(wizard.id, answers, ctx.io.signal)
    if (flags.dryRun === true) {
      ctx.io.out(paint(previewLines(preview), ctx.io.color))
      return changes(preview) || !preview.ok ? 1 : 0
    }
    if (!(await agreed(ctx, preview, flags.yes === true))) return 0
    const outcome = await session.apply(preview, {
      onProgress: progressOf(ctx),
      signal: ctx.io.signal,
      ...(flags.out === undefined ? {} : { outDir: flags.out }),
    })
    ctx.io.out(outcomeText(outcome))
    assertVerified(outcome)
    return 0
  })
}
