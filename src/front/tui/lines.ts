import stringWidth from 'string-width'

/** Colours by meaning; the theme (parts/LineView.tsx) turns them into terminal colours, or into none. */
export type Tone = 'bad' | 'warn' | 'good' | 'info' | 'dim'

/** A piece of a line. Text is already escaped (`safe`) by whoever makes the span. */
export interface Span {
  readonly text: string
  readonly tone?: Tone
  readonly bold?: boolean
  readonly inverse?: boolean
}

/** What screens are made of: pure values, drawn by one component. */
export type Line = readonly Span[]

export const BLANK: Line = []

/** A span; the usual way to write one. */
export function span(text: string, tone?: Tone, bold?: boolean): Span {
  return { text, ...(tone === undefined ? {} : { tone }), ...(bold === true ? { bold } : {}) }
}

export function line(...parts: readonly (Span | string)[]): Line {
  return parts.map((p) => (typeof p === 'string' ? { text: p } : p))
}

export function heading(text: string): Line {
  return [span(text, 'info', true)]
}

export function widthOf(spans: Line): number {
  return spans.reduce((sum, s) => sum + stringWidth(s.text), 0)
}

export function plain(spans: Line): string {
  return spans.map((s) => s.text).join('')
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Cuts to `width` cells; what was cut is marked by an ellipsis. */
export function clip(text: string, width: number): string {
  if (width <= 0) return ''
  if (stringWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const cells = stringWidth(segment)
    if (used + cells > width - 1) break
    out += segment
    used += cells
  }
  return `${out}…`
}

/** A line that fits; the span that does not is cut, those after it are left out. */
export function clipLine(spans: Line, width: number): Line {
  if (widthOf(spans) <= width) return spans
  const out: Span[] = []
  let left = width
  for (const s of spans) {
    const text = clip(s.text, left)
    out.push({ ...s, text })
    left -= stringWidth(text)
    if (text !== s.text || left <= 0) break
  }
  return out
}

/** Cuts or fills to exactly `width` cells (wide characters count two). */
export function pad(text: string, width: number): string {
  const cut = clip(text, width)
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text
}

/** Breaks a text at the width, at a space where there is one: for YAML and commands, whose spaces all stay. */
export function hardWrap(text: string, width: number): string[] {
  const limit = Math.max(4, width)
  if (stringWidth(text) <= limit) return [text]
  const [first = ''] = breakWord(text, limit)
  const space = first.lastIndexOf(' ') + 1
  // A word that fits on a line of its own goes there whole, so that a path can be read and copied in one piece.
  const word = text.slice(space).split(' ', 1)[0] ?? ''
  const whole = first.slice(0, space).trim() !== '' && stringWidth(word) <= limit
  const head = whole || space > first.length / 4 ? first.slice(0, space) : first
  return head.length >= text.length ? [text] : [head, ...hardWrap(text.slice(head.length), width)]
}

function breakWord(word: string, width: number): string[] {
  const out: string[] = []
  let current = ''
  for (const { segment } of graphemes.segment(word)) {
    if (current !== '' && stringWidth(current + segment) > width) {
      out.push(current)
      current = ''
    }
    current += segment
  }
  return current === '' ? out : [...out, current]
}

/** Wraps at spaces, breaks what is longer than a line; newlines stay. */
export function wrap(text: string, width: number): string[] {
  const limit = Math.max(4, width)
  return text.split('\n').flatMap((paragraph) => {
    const out: string[] = []
    let current = ''
    for (const word of paragraph.split(' ').flatMap((w) => (stringWidth(w) > limit ? breakWord(w, limit) : [w]))) {
      const next = current === '' ? word : `${current} ${word}`
      if (stringWidth(next) > limit) {
        out.push(current)
        current = word
      } else current = next
    }
    return [...out, current]
  })
}

/** A wrapped paragraph, indented, in one tone. */
export function paragraph(text: string, width: number, indent = 0, tone?: Tone): Line[] {
  return wrap(text, width - indent).map((l) => [span(' '.repeat(indent) + l, tone)])
}

/** `1. A title`, what goes on in a second line indented under the title. */
export function numbered(number: number, text: string, width: number): Line[] {
  const mark = `${number}. `
  return wrap(text, width - mark.length).map((l, i) => [span((i === 0 ? mark : ' '.repeat(mark.length)) + l, undefined, true)])
}

/** `Label   value`, the value wrapped under itself. */
export function labelled(label: string, value: string, width: number, labelWidth = 10, tone?: Tone): Line[] {
  return wrap(value, width - labelWidth).map((l, i) => [span(pad(i === 0 ? label : '', labelWidth), 'dim'), span(l, tone)])
}
