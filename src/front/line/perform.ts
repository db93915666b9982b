import type { Preview } from '#model/change.ts'
import { canGoBack, type JournalEntry, type JournalRun, keyCopies } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import type { ActOptions, ChangeProgress, Outcome, SessionView } from '#session/types.ts'
import { Leave } from './prompter.ts'
import { printGuide, printVerification } from './result.ts'
import { ready, showError, type Ui } from './ui.ts'
import { shellWord } from './words.ts'

const STATE_WORDS: Record<JournalEntry['state'], string> = {
  planned: 'planned',
  sent: 'sending',
  done: 'done',
  failed: 'failed',
  'not-done': 'not done',
  undone: 'undone',
}
const ACTION_WORDS: Record<JournalEntry['action'], string> = {
  create: 'create',
  update: 'change',
  delete: 'delete',
  files: 'write files for',
  node: 'change',
  rewrite: 'store again',
}

/** `done: create Role shop/reader`; with the reason where it failed. */
export function entryLine(entry: JournalEntry): string {
  const error = entry.error === undefined ? '' : ` (${safe(entry.error)})`
  return `${STATE_WORDS[entry.state]}: ${ACTION_WORDS[entry.action]} ${safe(refLabel(entry.ref))}${error}`
}

/**
 * Applies or undoes with live progress, then prints what came of it. Ctrl-C stops after the change under way, waits for
 * the outcome, says what was done and how to undo it, and then ends the dialogue.
 */
export async function perform(ui: Ui, preview: Preview, work: (options: ActOptions) => Promise<Outcome>): Promise<void> {
  const known = new Set(ready(ui).runs.map((r) => r.id))
  const abort = new AbortController()
  const onInterrupt = () => {
    ui.out.line()
    ui.out.line(
      abort.signal.aborted
        ? ui.t('Still waiting for the change under way ...')
        : ui.t('Stopping: no further change is started. Waiting for the one under way ...'),
      'warn',
    )
    abort.abort()
  }
  ui.out.line()
  try {
    const outcome = await ui.interrupts.during(onInterrupt, () => work({ signal: abort.signal, onProgress: progressLines(ui) }))
    printOutcome(ui, preview, outcome, abort.signal.aborted)
  } catch (error) {
    if (error instanceof Leave) throw error
    showError(ui, error)
    printLeftBehind(ui, known)
  }
  if (abort.signal.aborted) throw new Leave('interrupt')
}

function progressLines(ui: Ui): (progress: ChangeProgress) => void {
  let last = ''
  return ({ index, total, entry, note }) => {
    if (note !== undefined) return ui.out.line(`  ${safe(note)}`, 'dim')
    const line = `[${index + 1}/${total}] ${entryLine(entry)}`
    if (entry.state === 'planned' || line === last) return
    last = line
    ui.out.line(line, entry.state === 'failed' ? 'bad' : entry.state === 'done' || entry.state === 'undone' ? 'good' : undefined)
  }
}

function printOutcome(ui: Ui, preview: Preview, outcome: Outcome, stopped: boolean): void {
  const whole = outcome.run.entries.every((e) => e.state === 'done' || e.state === 'undone')
  ui.out.line()
  ui.out.line(stopped && !whole ? ui.t('Stopped. What was done:') : ui.t('Result'), 'title')
  printEntries(ui, outcome.run)
  printVerification(ui, outcome.verification, ready(ui))
  if (outcome.folder !== undefined) printGuide(ui, preview, outcome.folder)
  const copies = keyCopies(outcome.run)
  if (copies.length > 0) ui.out.line(ui.t('Your copy of the files with keys; keep it, it is the only one outside the nodes:'))
  for (const file of copies) ui.out.line(`  ${safe(file)}`)
  printUndo(ui, outcome.run)
}

/** After an error: what the journal says was done all the same. */
function printLeftBehind(ui: Ui, known: ReadonlySet<string>): void {
  const view = ui.session.view()
  const run = view.phase === 'ready' ? view.runs.findLast((r) => !known.has(r.id)) : undefined
  if (run === undefined) {
    ui.out.line(ui.t('Nothing was written.'))
    return
  }
  ui.out.line(ui.t('What was done:'), 'title')
  printEntries(ui, run)
  printUndo(ui, run)
}

export function printEntries(ui: Ui, run: JournalRun): void {
  for (const entry of run.entries) ui.out.line(`  ${entryLine(entry)}`, entry.state === 'failed' ? 'bad' : undefined)
}

/** The command that reverses a run (or, for an undo that stopped half way, that goes on with it). */
function printUndo(ui: Ui, run: JournalRun): void {
  const id = run.kind === 'undo' ? run.undoes : run.id
  const open = run.kind === 'undo' ? run.entries.some((e) => e.state !== 'done' && e.state !== 'undone') : run.entries.some(isUndoable)
  if (id === undefined || !open) return
  const view = ui.session.view()
  if (view.phase === 'ready' && view.source === 'practice') {
    ui.out.line(ui.t('To undo: the journal in the main menu. The practice cluster forgets everything when you leave it.'))
    return
  }
  const command = `kubeharden undo ${shellWord(id)}${whereFlags(view)}`
  const finish = ui.t('To finish the undo: {command}', { command })
  ui.out.line(run.kind === 'undo' ? finish : ui.t('To undo: {command} (or the journal in the main menu)', { command }))
}

/** May something of this entry stand in the cluster? A request that was sent may have arrived; files stay where they are. */
export function isUndoable(entry: JournalEntry): boolean {
  return canGoBack(entry) && (entry.state === 'done' || entry.state === 'sent')
}

function whereFlags(view: SessionView): string {
  const context = view.phase === 'ready' ? view.cluster.context : undefined
  return context === undefined ? '' : ` --context ${shellWord(context)}`
}
