import type { JournalRun } from '#model/journal.ts'
import { confirmed, obstacleOf, printPreview } from './decide.ts'
import { isUndoable, perform, printEntries } from './perform.ts'
import { BACK } from './prompter.ts'
import { printVerification } from './result.ts'
import { attempt, ready, type Ui } from './ui.ts'
import { count, when, whereAmI } from './words.ts'

/** What was done on this cluster, newest first. */
export async function journalMenu(ui: Ui): Promise<void> {
  for (;;) {
    const view = ready(ui)
    if (view.runs.length === 0) {
      ui.out.line(ui.t('The journal is empty: nothing was changed from here yet.'))
      return
    }
    const id = await ui.ask.select<string>({
      message: ui.t('{where}: journal. Which entry?', { where: whereAmI(view) }),
      choices: view.runs.toReversed().map((run) => ({ value: run.id, label: runLine(ui, run) })),
    })
    await attempt(ui, () => runScreen(ui, id))
  }
}

function runLine(ui: Ui, run: JournalRun): string {
  const wizards = [...new Set(run.entries.map((e) => e.wizard))].join(', ')
  return ui.t('{at} {kind} {wizards}: {n}, {state}', {
    at: when(run.startedAt),
    kind: run.kind,
    wizards,
    n: count(run.entries.length, 'change', 'changes'),
    state: stateWords(ui, run),
  })
}

function stateWords(ui: Ui, run: JournalRun): string {
  const { entries, verification } = run
  if (entries.length > 0 && entries.every((e) => e.state === 'undone')) return ui.t('undone')
  if (run.endedAt === undefined || entries.some((e) => e.state === 'sent' || e.state === 'planned')) return ui.t('not finished')
  if (entries.some((e) => e.state === 'failed' || e.state === 'not-done')) return ui.t('done in part')
  if (entries.every((e) => e.action === 'files')) return ui.t('files written')
  return verification?.ok === true ? ui.t('verified') : ui.t('not verified')
}

async function runScreen(ui: Ui, id: string): Promise<void> {
  for (;;) {
    const view = ready(ui)
    const run = view.runs.find((r) => r.id === id)
    if (run === undefined) return
    printRun(ui, run)
    const undoable = run.kind === 'apply' && view.readOnly === undefined && run.entries.some(isUndoable)
    const action = await ui.ask.select<'undo' | 'list'>({
      message: ui.t('{where}: this entry', { where: whereAmI(view) }),
      choices: [
        ...(undoable ? [{ value: 'undo' as const, label: ui.t('Undo: see the preview first') }] : []),
        { value: 'list', label: ui.t('Other entries') },
      ],
      default: BACK,
    })
    if (action === 'list') return
    await attempt(ui, () => undo(ui, run))
  }
}

function printRun(ui: Ui, run: JournalRun): void {
  ui.out.line()
  ui.out.line(runLine(ui, run), 'title')
  ui.out.line(ui.t('  entry {id}, by {who}, cluster {cluster}', { id: run.id, who: run.who, cluster: run.cluster.name }), 'dim')
  if (run.undoes !== undefined) ui.out.line(ui.t('  reverses {id}', { id: run.undoes }))
  printEntries(ui, run)
  // What was verified then no longer holds once it was undone.
  const undone = run.entries.every((e) => e.state === 'undone')
  if (run.verification !== undefined && !undone) printVerification(ui, run.verification, ready(ui))
}

/** The same way as an apply: preview, explicit yes, progress, verification. */
async function undo(ui: Ui, run: JournalRun): Promise<void> {
  ui.out.line(ui.t('Asking the cluster what would change ...'), 'dim')
  const preview = await ui.interrupts.reading((signal) => ui.session.previewUndo(run.id, signal))
  printPreview(ui, preview)
  const obstacle = obstacleOf(ui, preview)
  if (obstacle !== undefined) {
    ui.out.para(obstacle, 0, 'warn')
    return
  }
  if (!(await confirmed(ui, preview, ui.t('Undo this now?')))) return
  await perform(ui, preview, (options) => ui.session.undo(run.id, options))
}
