import type { Command } from 'commander'
import type { Preview } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { previewLines } from '#report/previewText.ts'
import type { CommandSession, Ready } from '#session/types.ts'
import { agreed, assertVerified, changes, outcomeText, progressOf } from '../act.ts'
import { addFieldFlags, answersFor } from '../answers.ts'
import { paint } from '../color.ts'
import { connected } from '../connected.ts'
import type { Ctx, Globals } from '../context.ts'

type Flags = Globals & { readonly yes?: boolean; readonly dryRun?: boolean } & Record<string, unknown>

export function apply(program: Command, ctx: Ctx): void {
  const verb = program.command('apply').description('preview, confirm, apply, verify, remember')
  confirming(verb)
    .option('-f, --filename <path>', 'manifests of your own: a file, a folder, or - for standard input')
    .action(async (_options, self: Command) => ctx.exit(await runFiles(ctx, self.optsWithGlobals() as Flags)))
  for (const wizard of ctx.deps.wizards) {
    const command = confirming(verb.command(wizard.id).description(say(wizard.title))).option(
      '--out <dir>',
      'where the files of a guided change go',
    )
    addFieldFlags(command, wizard)
    command.action(async (_options, self: Command) => ctx.exit(await runWizard(ctx, wizard, self.optsWithGlobals() as Flags)))
  }
}

function confirming(command: Command): Command {
  return command
    .option('--yes', 'apply what the preview shows without asking')
    .option('--dry-run', 'stop after the preview; exit 1 where it would change something')
}

async function runFiles(ctx: Ctx, flags: Flags & { readonly filename?: string }): Promise<number> {
  if (flags.filename === undefined) {
    const wizards = ctx.deps.wizards.map((w) => w.id).join(', ')
    throw new HardenError('usage', 'What shall be applied?', `Name a wizard (${wizards}) or give manifests with -f FILE.`)
  }
  const objects = await ctx.deps.readManifests(flags.filename)
  const options = { signal: ctx.io.signal, ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }) }
  return run(ctx, flags, (session) => session.previewObjects(objects, options))
}

function runWizard(ctx: Ctx, wizard: Wizard, flags: Flags): Promise<number> {
  return run(ctx, flags, async (session, ready) => {
    const answers = await answersFor(wizard, flags, ready().state, ctx.io)
    return session.preview(wizard.id, answers, ctx.io.signal)
  })
}

function run(ctx: Ctx, flags: Flags, previewIn: (session: CommandSession, ready: () => Ready) => Promise<Preview>): Promise<number> {
  return connected(ctx, flags, { readOnly: flags.dryRun === true }, async (session, ready) => {
    ready()
    const preview = await previewIn(session, ready)
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
    if (ready().source === 'practice') ctx.io.out('The practice cluster starts anew each time: all of this is forgotten now.\n')
    assertVerified(outcome)
    return 0
  })
}
