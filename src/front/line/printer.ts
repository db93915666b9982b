import { safe } from '#model/text.ts'

export type Tone = 'title' | 'good' | 'bad' | 'warn' | 'dim'

/** Writes lines of the dialogue. Everything is escaped here once more, so that no name can move the cursor. */
export interface Printer {
  line(text?: string, tone?: Tone): void
  /** A paragraph, wrapped at the terminal's width (a screen reader gets it in one piece). */
  para(text: string, indent?: number, tone?: Tone): void
  /** Text without a newline: what stands before the answer. */
  prompt(text: string): void
}

const CODES: Record<Tone, readonly [number, number]> = { title: [1, 22], good: [32, 39], bad: [31, 39], warn: [33, 39], dim: [2, 22] }
const WIDEST = 100

export function createPrinter(output: NodeJS.WritableStream & { columns?: number }, options: { color: boolean; plain: boolean }): Printer {
  const colored = options.color && !options.plain
  const paint = (text: string, tone: Tone | undefined) => {
    const clean = safe(text)
    if (!colored || tone === undefined || clean === '') return clean
    const [on, off] = CODES[tone]
    return `\u001b[${on}m${clean}\u001b[${off}m`
  }
  const width = () => (options.plain ? Number.POSITIVE_INFINITY : Math.max(20, Math.min(output.columns || 80, WIDEST)))
  const line = (text = '', tone?: Tone) => {
    output.write(`${paint(text, tone)}\n`)
  }
  return {
    line,
    para: (text, indent = 0, tone) => {
      for (const paragraph of text.split('\n')) for (const l of wrap(paragraph, width() - indent)) line(' '.repeat(indent) + l, tone)
    },
    prompt: (text) => {
      output.write(safe(text))
    },
  }
}

function wrap(text: string, width: number): string[] {
  const out: string[] = []
  let current = ''
  for (const word of text.split(' ')) {
    const next = current === '' ? word : `${current} ${word}`
    if (next.length > width && current !== '') {
      out.push(current)
      current = word
    } else current = next
  }
  return [...out, current]
}
