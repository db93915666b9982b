import { keyCopies } from '#model/journal.ts'
import { safe } from '#model/text.ts'
import { previewUndo } from '../acting.ts'
import { BLANK, heading, type Line, line, paragraph, span } from '../lines.ts'
import type { Screen, ScreenName } from '../nav.ts'
import type { Binding, Ctx, ScreenDef } from '../screen.ts'
import { entryLines } from './apply.ts'
import { objectLabel } from './facts.ts'
import { stepLines } from './guide.ts'
import { canUndo } from './journal.ts'
import { awakened, isTurned, verifiedLines } from './verified.ts'

type ResultScreen = Extract<Screen, { name: 'result' }>

/** What was done and whether the cluster, read again, proves it. */
export const result: ScreenDef<ResultScreen> = {
  crumb: (_screen, ctx) => ctx.t('Result'),
  body: (screen, ctx) => ({ kind: 'text', lines: lines(ctx, screen) }),
  keys: (screen, ctx) => bindings(ctx, screen),
}

function lines(ctx: Ctx, screen: ResultScreen): Line[] {
  return [
    ...verdict(ctx, screen),
    ...verification(ctx, screen),
    ...folder(ctx, screen),
    ...section(
      ctx,
      'Your copy of the files with keys: keep it, it is the only one outside the nodes',
      keyCopies(screen).map((f) => line(`  ${safe(f)}`)),
    ),
    ...section(
      ctx,
      'Changes',
      screen.entries.flatMap((e) => entryLines(ctx, e)),
    ),
    ...section(ctx, 'As before', verifiedLines(ctx, screen.outcome?.verification.checks.filter((c) => !isTurned(c)) ?? [])),
  ]
}

function verdict(ctx: Ctx, screen: ResultScreen): Line[] {
  const { t } = ctx
  const done = screen.entries.filter((e) => e.state === 'done' || e.state === 'undone').length
  const numbers = { done, total: Math.max(screen.total, screen.entries.length) }
  const of = screen.undo === undefined ? t('{done} of {total} changes made', numbers) : t('{done} of {total} changes taken back', numbers)
  if (screen.error !== undefined)
    return [
      line(span(screen.stopping === true ? t('! Stopped: {of}', { of }) : t('✗ Not finished: {of}', { of }), 'bad', true)),
      ...paragraph(safe(screen.error.message.split('\n').join(' ')), ctx.width, 2),
      ...paragraph(`→ ${safe(screen.error.hint)}`, ctx.width, 2),
    ]
  if (screen.stopping === true && done < screen.total)
    return [line(span(t('! Stopped: {of}', { of }), 'warn', true)), line(t('  What was made can be undone with u.'))]
  if (screen.undo !== undefined) return [line(span(t('✓ Undone: {of}', { of }), 'good', true))]
  const files = screen.outcome?.folder === undefined ? [] : [line(span(t('✓ The files are written; now follow the steps.'), 'good', true))]
  if (screen.entries.every((e) => e.action === 'files') && files.length > 0) return files
  if (screen.outcome?.verification.ok === true) return [line(span(t('✓ Proven: {of}', { of }), 'good', true)), ...files]
  return [
    ...files,
    line(span(t('? Made, but not proven: {of}', { of }), 'warn', true)),
    line(t('  Read again, the cluster is not as it was meant to be: see below.')),
  ]
}

/** What this change turned, and objects that are stored otherwise than meant. */
function verification(ctx: Ctx, screen: ResultScreen): Line[] {
  const { checks = [], objects = [] } = screen.outcome?.verification ?? {}
  const wrong = objects.filter((o) => !o.ok).flatMap((o) => paragraph(`✗ ${objectLabel(o.ref)}: ${safe(o.detail)}`, ctx.width, 2, 'bad'))
  return [
    ...awakened(ctx, checks),
    ...section(ctx, 'Checks, before and now', verifiedLines(ctx, checks.filter(isTurned))),
    ...section(ctx, 'Stored otherwise than meant', wrong),
  ]
}

function section(ctx: Ctx, title: string, rows: readonly Line[]): Line[] {
  return rows.length === 0 ? [] : [BLANK, heading(ctx.t(title)), ...rows]
}

/** For what lives on nodes: where the files are, the way back, the steps. */
function folder(ctx: Ctx, screen: ResultScreen): Line[] {
  const dir = screen.outcome?.folder
  const guides = screen.preview.items.flatMap((item) => (item.kind === 'guide' ? [item.change] : []))
  if (dir === undefined || guides.length === 0) return []
  return [BLANK, line(span(`${ctx.t('Folder')}  `, 'dim'), span(safe(dir), undefined, true)), ...guides.flatMap((g) => stepLines(ctx, g))]
}

/** What led here; Enter goes back to the list below all of it, whose cursor is where it was. */
const WAY: readonly ScreenName[] = ['result', 'apply', 'preview', 'form', 'wizards', 'finding', 'run']

function bindings(ctx: Ctx, screen: ResultScreen): readonly Binding[] {
  const { t, ui } = ctx
  const run = screen.outcome?.run
  const back = () => ui.go({ do: 'leave', names: WAY })
  const out: Binding[] = [{ keys: ['enter', 'esc'], show: 'Enter', label: t('back to the list'), run: back }]
  // Where nothing was done, the preview and its answers are still good: a wrong folder must not cost them.
  if (screen.error !== undefined && screen.entries.every((e) => e.state !== 'done' && e.state !== 'sent'))
    out.splice(0, 1, { keys: ['enter', 'esc'], show: 'Enter', label: t('back to the preview'), run: () => ui.go({ do: 'pop' }) })
  if (run !== undefined && screen.undo === undefined && canUndo(run))
    out.push({
      keys: ['u'],
      show: 'u',
      label: t('undo'),
      help: t('preview of the way back; asks before it is done'),
      run: () => void previewUndo(ui, run.id),
    })
  out.push({
    keys: ['J'],
    show: 'J',
    label: t('journal'),
    run: () => {
      back()
      ui.go({ do: 'push', screen: { name: 'journal' } })
    },
  })
  return out
}
