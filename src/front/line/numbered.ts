import type { LineReader } from './lineReader.ts'
import type { Printer } from './printer.ts'
import {
  BACK,
  Back,
  type CheckboxQuestion,
  type Choice,
  type ConfirmQuestion,
  Leave,
  PAGE,
  type Prompter,
  type SelectQuestion,
  type TextQuestion,
} from './prompter.ts'
import type { Say } from './words.ts'

interface Parts {
  readonly reader: LineReader
  readonly out: Printer
  readonly t: Say
  /** A terminal echoes what is typed and may hold lines typed ahead; a pipe does neither. */
  readonly terminal: boolean
}

/** Prompts as numbered lines of plain text: for dumb terminals, screen readers and pipes. */
export function createNumbered(parts: Parts): Prompter {
  return {
    keys: parts.t('Type ? at a prompt for help, b to go back, q to quit. Ctrl-C ends at any time.'),
    select: (q) => select(parts, q),
    confirm: (q) => confirm(parts, q),
    text: (q) => text(parts, q),
    checkbox: (q) => checkbox(parts, q),
    close: () => parts.reader.close(),
  }
}

/** Reads one answer; `b`, `q` and `?` mean the same at every prompt. Undefined after help: ask again. */
async function read(parts: Parts, label: string, help: () => void, canGoBack = true): Promise<string | undefined> {
  const { out, reader, terminal } = parts
  out.prompt(`${label}: `)
  const line = (await reader.next()).trim()
  if (!terminal) out.line(line)
  if (canGoBack && (line === 'b' || line === 'back')) throw new Back()
  if (line === 'q' || line === 'quit') throw new Leave('quit')
  if (line !== '?') return line
  help()
  return undefined
}

function start(parts: Parts, question: { readonly careful?: boolean; readonly help?: string }): void {
  if (question.help !== undefined) parts.out.para(question.help)
  if (question.careful === true && parts.terminal) parts.reader.forget()
}

function page<T>(parts: Parts, choices: readonly Choice<T>[], from: number, mark: (value: T) => string): number {
  const to = Math.min(choices.length, from + PAGE)
  for (let i = from; i < to; i++) {
    const choice = choices[i]
    if (choice !== undefined) parts.out.line(`  ${i + 1}. ${choice.label}${mark(choice.value)}`)
  }
  if (to < choices.length) parts.out.line(parts.t('  m. More ({left} left)', { left: choices.length - to }))
  return to
}

async function select<T>(parts: Parts, q: SelectQuestion<T>): Promise<T> {
  const { out, t } = parts
  const preset = q.choices.findIndex((c) => c.value === q.default)
  let shown = 0
  const show = () => {
    out.line(q.message, 'title')
    shown = page(parts, q.choices, 0, () => '')
    if (q.back !== false) out.line(`  b. ${q.back ?? t('Back')}`)
  }
  const help = () => {
    if (q.help !== undefined) out.para(q.help)
    out.para(
      t('Type a number or the words of an option. Enter alone takes what stands in brackets. m: more, b: back, q: quit, ?: this help.'),
    )
    show()
  }
  start(parts, q)
  show()
  const bracket = q.default === BACK ? ' [b]' : preset >= 0 ? ` [${preset + 1}]` : ''
  for (;;) {
    const line = await read(parts, t('Your choice') + bracket, help, q.back !== false)
    if (line === undefined) continue
    if (line === '' && q.default === BACK) throw new Back()
    if ((line === 'm' || line === 'more') && shown < q.choices.length) {
      shown = page(parts, q.choices, shown, () => '')
      continue
    }
    const found = line === '' ? q.choices[preset] : find(q.choices, line)
    if (found !== undefined) return found.value
    out.line(t('That is none of the options. Type a number from 1 to {n}, or ? for help.', { n: q.choices.length }))
  }
}

/** By number, by the whole words, or by a beginning (two letters at least) that only one option has. */
function find<T>(choices: readonly Choice<T>[], line: string): Choice<T> | undefined {
  if (/^\d+$/.test(line)) {
    const byNumber = choices[Number(line) - 1]
    if (byNumber !== undefined) return byNumber
  }
  const wanted = line.toLowerCase()
  const whole = choices.filter((c) => c.label.toLowerCase() === wanted || (typeof c.value === 'string' && c.value.toLowerCase() === wanted))
  if (whole.length === 1) return whole[0]
  const begun = wanted.length < 2 ? [] : choices.filter((c) => c.label.toLowerCase().startsWith(wanted))
  return begun.length === 1 ? begun[0] : undefined
}

async function confirm(parts: Parts, q: ConfirmQuestion): Promise<boolean> {
  const { out, t } = parts
  const bracket = q.default === undefined ? '' : q.default ? ' [yes]' : ' [no]'
  const help = () => {
    if (q.help !== undefined) out.para(q.help)
    out.para(t('Type yes or no. Enter alone takes what stands in brackets. b: back, q: quit, ?: this help.'))
  }
  start(parts, q)
  for (;;) {
    const line = (await read(parts, t('{message} yes or no', { message: q.message }) + bracket, help))?.toLowerCase()
    if (line === undefined) continue
    if (line === 'y' || line === 'yes') return true
    if (line === 'n' || line === 'no') return false
    if (line === '' && q.default !== undefined) return q.default
    out.line(t('Type yes or no.'))
  }
}

async function text(parts: Parts, q: TextQuestion): Promise<string> {
  const { out, t } = parts
  const bracket = q.default === undefined || q.default === '' ? '' : ` [${q.default}]`
  const help = () => {
    if (q.help !== undefined) out.para(q.help)
    out.para(t('Enter alone takes what stands in brackets; a single - means: leave it empty. b: back, q: quit, ?: this help.'))
    out.para(t('An answer that is itself b, q, ?, - or begins with = is written with = before it: =b'))
  }
  start(parts, q)
  for (;;) {
    const line = await read(parts, q.message + bracket, help)
    if (line === undefined) continue
    const value = line === '' ? (q.default ?? '') : line === '-' ? '' : line.startsWith('=') ? line.slice(1) : line
    const problem = q.check?.(value)
    if (problem === undefined) return value
    out.line(t('Not taken: {problem}', { problem }))
  }
}

async function checkbox<T>(parts: Parts, q: CheckboxQuestion<T>): Promise<readonly T[]> {
  const { out, t } = parts
  const chosen = q.default ?? []
  let shown = 0
  const show = () => {
    out.line(q.message, 'title')
    shown = page(parts, q.choices, 0, mark)
  }
  const mark = (value: T) => (chosen.includes(value) ? t(' (chosen)') : '')
  const help = () => {
    if (q.help !== undefined) out.para(q.help)
    out.para(
      t(
        'Type the numbers or words of all you want, separated by commas; all, or none. Enter alone keeps what is chosen. m: more, b: back, q: quit, ?: this help.',
      ),
    )
    show()
  }
  start(parts, q)
  show()
  for (;;) {
    const line = await read(parts, t('Your choices, separated by commas [{n} chosen]', { n: chosen.length }), help)
    if (line === undefined) continue
    if (line === 'm' && shown < q.choices.length) {
      shown = page(parts, q.choices, shown, mark)
      continue
    }
    const values = line === '' ? chosen : several(q.choices, line)
    const problem = values === undefined ? t('one of these is no option; ? shows them') : q.check?.(values)
    if (values !== undefined && problem === undefined) return values
    out.line(t('Not taken: {problem}', { problem: problem ?? '' }))
  }
}

function several<T>(choices: readonly Choice<T>[], line: string): readonly T[] | undefined {
  if (line.toLowerCase() === 'all') return choices.map((c) => c.value)
  if (line.toLowerCase() === 'none' || line === '-') return []
  const parts = line.split(/^[\d\s]+$/.test(line) ? /\s+/ : ',')
  const found = parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => find(choices, part))
  if (found.length === 0 || found.some((f) => f === undefined)) return undefined
  return [...new Set(found.flatMap((f) => (f === undefined ? [] : [f.value])))]
}
