import { toHardenError } from '#model/errors.ts'
import type { Lang } from '#model/text.ts'
import type { Ready, Session } from '#session/types.ts'
import type { Interrupts } from './interrupts.ts'
import type { Printer } from './printer.ts'
import { Back, Leave, PAGE, type Prompter } from './prompter.ts'
import type { Say } from './words.ts'

/** What every part of the dialogue is handed. */
export interface Ui {
  readonly session: Session
  readonly out: Printer
  readonly ask: Prompter
  readonly interrupts: Interrupts
  readonly t: Say
  readonly lang: Lang
  readonly now: () => Date
}

/** What happened and what to do next. */
export function showError(ui: Pick<Ui, 'out' | 't'>, error: unknown): void {
  const known = toHardenError(error)
  const [first = '', ...rest] = known.message.split('\n')
  ui.out.para(ui.t('Problem: {message}', { message: first }), 0, 'bad')
  for (const line of rest) ui.out.para(line, 2, 'bad')
  if (known.hint !== '') ui.out.para(ui.t('What to do: {hint}', { hint: known.hint }), 2)
}

/** Runs a part of the dialogue: going back ends it, an error is shown and ends it, leaving goes on up. */
export async function attempt(ui: Ui, part: () => Promise<void>): Promise<void> {
  try {
    await part()
  } catch (error) {
    if (error instanceof Leave) throw error
    if (!(error instanceof Back)) showError(ui, error)
  }
}

/** The connected view; where the connection is gone, goes back to the choice of a cluster. */
export function ready(ui: Ui): Ready {
  const view = ui.session.view()
  if (view.phase !== 'ready') throw new Back()
  return view
}

/** Lines ten at a time; asks before it shows more. */
export async function paged(ui: Ui, lines: readonly string[], indent = 2): Promise<void> {
  for (let from = 0; from < lines.length; from += PAGE) {
    for (const line of lines.slice(from, from + PAGE)) ui.out.para(line, indent)
    const left = lines.length - from - PAGE
    if (left <= 0) return
    if (!(await more(ui, left))) return
  }
}

async function more(ui: Ui, left: number): Promise<boolean> {
  try {
    return await ui.ask.confirm({ message: ui.t('Show more? {left} left', { left }), default: false })
  } catch (error) {
    if (error instanceof Back) return false
    throw error
  }
}
