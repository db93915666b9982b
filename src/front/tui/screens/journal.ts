import { canGoBack, type JournalRun } from '#model/journal.ts'
import { safe } from '#model/text.ts'
import { previewUndo } from '../acting.ts'
import * as act from '../actions.ts'
import { clip, pad, type Span, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Binding, Ctx, Row, ScreenDef } from '../screen.ts'
import { count, when } from '../words.ts'
import { objectLabel } from './facts.ts'

/** Every run on this cluster, newest first. */
export const journal: ScreenDef<Extract<Screen, { name: 'journal' }>> = {
  crumb: (_screen, ctx) => ctx.t('Journal'),
  body: (_screen, ctx) => ({
    kind: 'list',
    head: [[span(`  ${pad(ctx.t('When'), 22)}${pad(ctx.t('What'), 26)}${pad(ctx.t('Objects'), 12)}${ctx.t('State')}`, 'dim')]],
    groups: [{ rows: (ctx.ready?.runs ?? []).toReversed().map((r) => runRow(ctx, r)) }],
    empty: ctx.t('Nothing was changed on this cluster yet.'),
  }),
  keys: (_screen, ctx) => [
    {
      keys: ['u'],
      show: 'u',
      label: ctx.t('undo'),
      help: ctx.t('preview of undoing the selected run; asks before it is done'),
      needs: 'fix',
      run: (row) => act.fixRow(ctx.ui, row),
    },
  ],
}

function runRow(ctx: Ctx, run: JournalRun): Row {
  const what = runTitle(ctx, run)
  return {
    search: () => `${what} ${run.startedAt} ${run.who} ${run.entries.map((e) => objectLabel(e.ref)).join(' ')}`,
    draw: () => [
      span(pad(when(run.startedAt), 22)),
      span(pad(clip(what, 25), 26), undefined, true),
      span(pad(extent(ctx, run), 12)),
      runState(ctx, run),
    ],
    open: () => ctx.ui.go({ do: 'push', screen: { name: 'run', run: run.id } }),
    ...(canUndo(run) ? { fix: () => void previewUndo(ctx.ui, run.id) } : { noFix: noUndo(ctx, run) }),
  }
}

/** Objects that were changed; files where it was files alone. */
function extent(ctx: Ctx, run: JournalRun): string {
  const objects = run.entries.filter((e) => e.action !== 'files').length
  return isFilesOnly(run) ? ctx.t('files') : count(objects, '{n} object', '{n} objects', ctx.t)
}

function isFilesOnly(run: JournalRun): boolean {
  return run.entries.length > 0 && run.entries.every((e) => e.action === 'files')
}

export function runTitle(ctx: Ctx, run: JournalRun): string {
  const wizards = [...new Set(run.entries.map((e) => safe(e.wizard)))].join(', ')
  return run.kind === 'undo' ? ctx.t('undo of {what}', { what: wizards }) : wizards
}

/** A symbol and a word for how a run ended. */
export function runState(ctx: Ctx, run: JournalRun): Span {
  const has = (state: JournalRun['entries'][number]['state']) => run.entries.some((e) => e.state === state)
  if (run.endedAt === undefined || has('sent') || has('planned')) return span(ctx.t('! interrupted'), 'warn')
  if (has('failed') || has('not-done')) return span(ctx.t('✗ not finished'), 'bad')
  if (run.entries.length > 0 && run.entries.every((e) => e.state === 'undone')) return span(ctx.t('↺ undone'), 'info')
  if (has('undone')) return span(ctx.t('↺ partly undone'), 'warn')
  if (run.kind === 'undo') return span(ctx.t('✓ done'), 'good')
  // Files prove nothing: what they are for is done on the nodes, by hand.
  if (isFilesOnly(run)) return span(ctx.t('✓ files written'), 'good')
  if (run.verification?.ok === true) return span(ctx.t('✓ proven'), 'good')
  return span(ctx.t('? not proven'), 'warn')
}

export function canUndo(run: JournalRun): boolean {
  return run.kind === 'apply' && run.entries.some((e) => canGoBack(e) && (e.state === 'done' || e.state === 'sent'))
}

function noUndo(ctx: Ctx, run: JournalRun): string {
  if (run.kind === 'undo') return ctx.t('An undo is not undone: run the wizard again.')
  if (isFilesOnly(run)) return ctx.t('It only wrote files: the way back is in their README.md.')
  return ctx.t('Nothing of this run is left to undo.')
}

export function undoKey(ctx: Ctx, run: JournalRun): Binding {
  return {
    keys: ['u'],
    show: 'u',
    label: ctx.t('undo'),
    help: ctx.t('preview of the undo; asks before it is done'),
    run: () => void previewUndo(ctx.ui, run.id),
  }
}
