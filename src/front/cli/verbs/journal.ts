import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { canGoBack, isStandingProbe, type JournalRun } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { guideSentence } from '#report/words.ts'
import type { Ready } from '#session/types.ts'
import { agreed, assertVerified, outcomeText, progressOf } from '../act.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'

const FORMATS = ['table', 'json'] as const

export function journal(program: Command, ctx: Ctx): void {
  program
    .command('journal [entry]')
    .description('what was done on this cluster')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (entry: string | undefined, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      await connected(ctx, flags, { readOnly: true }, async (_session, ready) => {
        const runs = entry === undefined ? ready().runs : [findRun(ready().runs, entry)]
        await emit(
          ctx.io,
          format === 'json' ? json(runs) : runs.map((run) => runText(run, ready().guides)).join('') || 'Nothing was changed here yet.\n',
          flags.out,
        )
      })
    })
}

export function undo(program: Command, ctx: Ctx): void {
  program
    .command('undo [entry]')
    .description('take back a journal entry; without a name, the newest apply that still stands')
    .option('--yes', 'undo what the preview shows without asking')
    .action(async (entry: string | undefined, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { yes?: boolean }
      await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
        const { lifted = [] } = ready()
        if (lifted.length > 0) ctx.io.out(`Removed what an interrupted probe left: ${safe(lifted.map(refLabel).join(', '))}.\n`)
        const run = entry === undefined ? newest(ready().runs) : findRun(ready().runs, entry)
        if (lifted.length > 0 && (entry === undefined || run?.entries.every((e) => e.state === 'undone' || e.state === 'not-done'))) return
        if (run === undefined)
          throw new HardenError('not-found', 'There is nothing to undo on this cluster.', 'kubeharden journal lists what was done.')
        const preview = await session.previewUndo(run.id, ctx.io.signal)
        if (!(await agreed(ctx, preview, flags.yes === true))) return
        const outcome = await session.undo(run.id, { onProgress: progressOf(ctx), signal: ctx.io.signal })
        ctx.io.out(outcomeText(outcome))
        assertVerified(outcome)
      })
    })
}

function findRun(runs: readonly JournalRun[], id: string): JournalRun {
  const found = runs.find((r) => r.id === id)
  if (found !== undefined) return found
  throw new HardenError('not-found', `The journal of this cluster has no entry ${id}.`, 'kubeharden journal lists them.')
}

/** The newest apply of which something still stands. */
function newest(runs: readonly JournalRun[]): JournalRun | undefined {
  return runs.findLast((r) => r.kind === 'apply' && r.entries.some((e) => e.state === 'done' && canGoBack(e)))
}

function runText(run: JournalRun, guides: Ready['guides']): string {
  const head = `${run.id}  ${run.startedAt}  ${run.kind}${run.undoes === undefined ? '' : ` of ${run.undoes}`}  by ${safe(run.who)}`
  const entries = run.entries.map((e) => {
    const error = e.error === undefined ? '' : `: ${safe(e.error)}`
    return `  ${e.state.padEnd(9)}${e.action.padEnd(7)} ${safe(refLabel(e.ref))}${error}`
  })
  const probe = isStandingProbe(run)
    ? ['  The probe was interrupted, or is at work. The next session removes what it wrote: kubeharden undo']
    : []
  const told = guides.filter((g) => g.run === run.id).map((g) => `  ${guideSentence(g)}`)
  return `${[head, ...entries, ...probe, ...told].join('\n')}\n`
}
