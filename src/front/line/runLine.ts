import type { Lang } from '#model/text.ts'
import type { Session } from '#session/types.ts'
import { chooseCluster, watching } from './connect.ts'
import { home } from './home.ts'
import { createInterrupts, type Interrupts, type SignalSource } from './interrupts.ts'
import { createLineReader } from './lineReader.ts'
import { createNumbered } from './numbered.ts'
import { createPrinter, type Printer } from './printer.ts'
import { Back, Leave, type Prompter } from './prompter.ts'
import { showError, type Ui } from './ui.ts'
import { type Say, sayer } from './words.ts'

export interface LineOptions {
  readonly lang: Lang
  readonly color: boolean
  /** TERM=dumb, a screen reader: numbered prompts, no cursor codes, no colour, no symbols. */
  readonly plain: boolean
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly version: string
  /** Where Ctrl-C comes from; the process unless a test says otherwise. */
  readonly signals?: SignalSource
  readonly now?: () => Date
}

/**
 * The session as a scrolling dialogue, until the operator quits, the input ends or Ctrl-C is pressed. Who made
 * the session closes it. Returns the exit code: 0, or 130 after Ctrl-C.
 */
export async function runLine(session: Session, options: LineOptions): Promise<number> {
  const interrupts = createInterrupts(options.signals ?? process)
  const out = createPrinter(options.output, options)
  const t = sayer(options.lang)
  const ask = await prompterOf(options, { interrupts, out, t })
  const ui: Ui = { session, out, ask, interrupts, t, lang: options.lang, now: options.now ?? (() => new Date()) }
  try {
    await dialogue(ui, options.version)
    return 0
  } catch (error) {
    if (!(error instanceof Leave)) throw error
    out.line()
    out.line(error.reason === 'interrupt' ? t('Interrupted.') : t('Goodbye.'))
    return error.reason === 'interrupt' ? 130 : 0
  } finally {
    ask.close()
    interrupts.close()
  }
}

/** Arrow keys only where both ends are a terminal that has a cursor; the library is loaded only then. */
async function prompterOf(options: LineOptions, parts: { interrupts: Interrupts; out: Printer; t: Say }): Promise<Prompter> {
  const { input, output } = options
  const terminal = isTerminal(input)
  if (options.plain || !terminal || !isTerminal(output))
    return createNumbered({ reader: createLineReader(input, parts.interrupts), out: parts.out, t: parts.t, terminal })
  const { createInquirer } = await import('./inquirer.ts')
  return createInquirer({ ...parts, input, output, color: options.color })
}

function isTerminal(stream: NodeJS.ReadableStream | NodeJS.WritableStream): boolean {
  return (stream as { isTTY?: boolean }).isTTY === true
}

async function dialogue(ui: Ui, version: string): Promise<never> {
  ui.out.line(ui.t('kubeharden {version}', { version }), 'title')
  ui.out.line(ui.ask.keys, 'dim')
  try {
    await watching(ui, () => ui.session.start())
  } catch (error) {
    if (error instanceof Leave) throw error
    showError(ui, error)
  }
  for (;;) {
    try {
      await (ui.session.view().phase === 'ready' ? home(ui) : chooseCluster(ui))
    } catch (error) {
      // Errors of the operator's actions were shown where they happened; what arrives here beside Back is the end or a defect.
      if (!(error instanceof Back)) throw error
    }
  }
}
