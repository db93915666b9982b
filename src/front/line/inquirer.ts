import { Writable } from 'node:stream'
import { createPromptModule } from 'inquirer'
import { safe } from '#model/text.ts'
import type { Interrupts } from './interrupts.ts'
import type { Printer } from './printer.ts'
import { BACK, Back, type CheckboxQuestion, Leave, PAGE, type Prompter, type SelectQuestion, type TextQuestion } from './prompter.ts'
import { themeOf } from './theme.ts'
import type { Say } from './words.ts'

interface Parts {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  readonly out: Printer
  readonly interrupts: Interrupts
  readonly color: boolean
  readonly t: Say
}

type Ask = <A>(question: Record<string, unknown>, canGoBack?: boolean) => Promise<A>

/** Prompts with arrow keys, for terminals. Esc goes back, Ctrl-D ends calmly, Ctrl-C interrupts. */
export function createInquirer(parts: Parts): Prompter {
  let ended = false
  const onEnd = () => {
    ended = true
  }
  parts.input.once('end', onEnd)
  parts.input.once('close', onEnd)
  const ask: Ask = async (question, canGoBack = true) => {
    parts.interrupts.check()
    if (ended) throw new Leave('eof')
    return one(parts, question, canGoBack)
  }
  return {
    keys: parts.t('Arrow keys and Enter choose, Esc goes back, Ctrl-D ends, Ctrl-C interrupts.'),
    select: (q) => select(parts, ask, q),
    confirm: async (q) => {
      explain(parts, q.help)
      return ask({ type: 'confirm', message: safe(q.message), default: q.default ?? false })
    },
    text: (q) => text(parts, ask, q),
    checkbox: (q) => checkbox(parts, ask, q),
    close: () => {
      parts.input.removeListener('end', onEnd)
      parts.input.removeListener('close', onEnd)
    },
  }
}

function explain(parts: Parts, help: string | undefined): void {
  if (help !== undefined) parts.out.para(help, 0, 'dim')
}

/** One question. The library never settles when its readline closes under it, so Ctrl-D and the input's end abort it here. */
async function one<A>(parts: Parts, question: Record<string, unknown>, canGoBack: boolean): Promise<A> {
  const { input, output, interrupts } = parts
  const abort = new AbortController()
  let why: Error = new Leave('interrupt')
  const stop = (reason: Error) => {
    why = reason
    abort.abort()
  }
  const onKey = (_text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined) => {
    if (key?.name === 'escape' && canGoBack) stop(new Back())
    // Ctrl-D closes readline only on an empty line; then the input is paused, and nobody would answer any more.
    if (key?.ctrl === true && key.name === 'd') setImmediate(() => input.isPaused() && stop(new Leave('eof')))
  }
  // The answer to the last line of a pipe is still on its way when the pipe ends.
  const onEnd = () => setTimeout(() => stop(new Leave('eof')), 20)
  input.on('keypress', onKey)
  input.once('end', onEnd)
  const prompt = createPromptModule({ input, output: lent(output), signal: abort.signal, skipTTYChecks: true })
  const theme = themeOf(parts.color)
  try {
    const work = () => prompt({ ...question, name: 'answer', ...(theme === undefined ? {} : { theme }) } as never) as Promise<unknown>
    const answers = (await interrupts.during(() => stop(new Leave('interrupt')), work)) as { answer: A }
    return answers.answer
  } catch (error) {
    throw isPromptEnd(error) ? why : error
  } finally {
    input.removeListener('keypress', onKey)
    input.removeListener('end', onEnd)
  }
}

/** The library ends the stream it writes to after each prompt (unless it is stdout): it gets one of its own. */
function lent(output: NodeJS.WritableStream & { columns?: number }): NodeJS.WritableStream {
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      output.write(chunk)
      done()
    },
  })
  return Object.assign(stream, { isTTY: true, columns: output.columns || 80 })
}

function isPromptEnd(error: unknown): boolean {
  return error instanceof Error && ['AbortPromptError', 'ExitPromptError', 'CancelPromptError'].includes(error.name)
}

async function select<T>(parts: Parts, ask: Ask, q: SelectQuestion<T>): Promise<T> {
  explain(parts, q.help)
  const back = q.back === false ? [] : [{ name: safe(q.back ?? parts.t('Back')), value: -1 }]
  const choices = [...q.choices.map((c, i) => ({ name: safe(c.label), value: i })), ...back]
  const preset = q.default === BACK ? -1 : q.choices.findIndex((c) => c.value === q.default)
  const start = preset === -1 && q.default !== BACK ? 0 : preset
  const index = await ask<number>(
    { type: 'select', message: safe(q.message), choices, default: start, pageSize: PAGE, loop: false },
    q.back !== false,
  )
  const choice = q.choices[index]
  if (choice === undefined) throw new Back()
  return choice.value
}

async function text(parts: Parts, ask: Ask, q: TextQuestion): Promise<string> {
  explain(parts, q.help)
  const answer = await ask<string>({
    type: 'input',
    message: safe(q.message),
    ...(q.default === undefined || q.default === '' ? {} : { default: q.default }),
    validate: (value: string) => q.check?.(value.trim()) ?? true,
  })
  return answer.trim()
}

async function checkbox<T>(parts: Parts, ask: Ask, q: CheckboxQuestion<T>): Promise<readonly T[]> {
  explain(parts, q.help)
  const valuesOf = (indexes: readonly number[]) => indexes.flatMap((i) => q.choices.slice(i, i + 1).map((c) => c.value))
  const indexes = await ask<readonly number[]>({
    type: 'checkbox',
    message: safe(q.message),
    choices: q.choices.map((c, i) => ({ name: safe(c.label), value: i, checked: q.default?.includes(c.value) === true })),
    pageSize: PAGE,
    loop: false,
    validate: (chosen: readonly { value: number }[]) => q.check?.(valuesOf(chosen.map((c) => c.value))) ?? true,
  })
  return valuesOf(indexes)
}
