import type { Preview } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { canGoBack, keyCopies } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { previewLines } from '#report/previewText.ts'
import type { ActOptions, Outcome } from '#session/types.ts'
import { paint } from './color.ts'
import type { Ctx } from './context.ts'
import { ask } from './io.ts'

/** Does the preview change anything at all? */
export function changes(preview: Preview): boolean {
  return preview.items.some((i) => i.kind === 'guide' || i.action !== 'none')
}

/** Shows a preview and asks; true where it may go on. Without a terminal only --yes goes on. */
export async function agreed(ctx: Ctx, preview: Preview, yes: boolean): Promise<boolean> {
  ctx.io.out(paint(previewLines(preview), ctx.io.color))
  if (!preview.ok)
    throw new HardenError(
      'rejected',
      'This preview cannot be applied as it is; the reasons are marked with ! above.',
      'Change the answers or the objects and run again. Nothing was written.',
    )
  if (!changes(preview)) {
    ctx.io.out('Everything is already as it should be; nothing to apply.\n')
    return false
  }
  if (yes) return true
  if (!ctx.io.interactive)
    throw new HardenError(
      'usage',
      'Nothing was applied: there is no terminal to ask on.',
      'Give --yes to apply what the preview shows, or --dry-run to stop after it.',
    )
  const answer = await ask(ctx.io, `Apply this to cluster ${safe(preview.cluster.name)}? Type yes to go on: `)
  if (answer?.trim().toLowerCase() === 'yes') return true
  ctx.io.out('Nothing was applied.\n')
  return false
}

/** Progress lines while it runs, the proof afterwards. */
export function progressOf(ctx: Ctx): NonNullable<ActOptions['onProgress']> {
  return ({ index, total, entry, note }) => {
    if (note !== undefined) ctx.io.err(`[${index + 1}/${total}]   ${safe(note)}\n`)
    else if (entry.state === 'done' || entry.state === 'failed')
      ctx.io.err(`[${index + 1}/${total}] ${entry.action} ${safe(refLabel(entry.ref))}: ${entry.state}\n`)
  }
}

export function outcomeText({ run, verification, folder }: Outcome): string {
  const objects = verification.objects.map((o) => `  ${o.ok ? 'ok ' : 'NOT'} ${safe(refLabel(o.ref))}: ${safe(o.detail)}`)
  // Own manifests are held against every check: only what moved is worth a line then.
  const moved = verification.checks.filter((c) => c.before !== c.after || c.failsBefore !== c.failsAfter)
  const checks = (verification.checks.length > 15 ? moved : verification.checks).map((c) => {
    const worse = run.kind === 'apply' && c.before === 'fail' && c.failsAfter > c.failsBefore
    const count = c.failsBefore === c.failsAfter ? '' : ` (${c.failsBefore} -> ${c.failsAfter} objects fail)`
    return `  ${worse ? 'NOT better: ' : ''}${c.check}: ${c.before ?? 'not judged'} -> ${c.after}${count}`
  })
  // Files on nodes are taken back by hand, as their README.md says.
  const back = run.kind === 'apply' && run.entries.some(canGoBack) ? ` To take it back: kubeharden undo ${run.id}` : ''
  return [
    ...(folder === undefined ? [] : [`Files are in ${folder}; README.md there holds rollback and steps.`]),
    ...copies(run),
    'Read again from the cluster:',
    ...objects,
    ...checks,
    `Journal entry ${run.id}.${back}`,
    '',
  ].join('\n')
}

function copies(run: Outcome['run']): string[] {
  const files = keyCopies(run)
  return files.length === 0
    ? []
    : ['Your copy of the files with keys; keep it, it is the only one outside the nodes:', ...files.map((f) => `  ${safe(f)}`)]
}

/** An outcome that was not confirmed by reading again is an error, with what to do. */
export function assertVerified({ run, verification }: Outcome): void {
  if (verification.ok) return
  throw new HardenError(
    'change-failed',
    'The change was sent, but reading the cluster again does not confirm it.',
    `Look at the lines marked NOT; kubeharden undo ${run.id} takes it back.`,
  )
}
