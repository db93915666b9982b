import type { Severity, Status } from '#model/areas.ts'
import { type Lang, type Params, say } from '#model/text.ts'
import { pad, type Span, span, type Tone } from './lines.ts'

/** The screens' own words in a second language, by their English; none yet. */
const ZH: Readonly<Record<string, string>> = {}

/** Says a sentence of the screens in the operator's language. */
export type Say = (english: string, params?: Params) => string

export function sayer(lang: Lang): Say {
  return (english, params) => {
    const zh = ZH[english]
    return say({ en: english, ...(zh === undefined ? {} : { zh }) }, lang, params)
  }
}

interface Mark {
  readonly symbol: string
  readonly word: string
  readonly tone: Tone | undefined
}

/** A symbol and a word for each status, so that none is told by colour alone. */
export const STATUS_MARKS: Record<Status, Mark> = {
  fail: { symbol: '✗', word: 'fail', tone: 'bad' },
  unknown: { symbol: '?', word: 'unknown', tone: 'warn' },
  manual: { symbol: '•', word: 'manual', tone: 'info' },
  accepted: { symbol: '~', word: 'accepted', tone: 'warn' },
  attested: { symbol: '✓', word: 'attested', tone: 'good' },
  'not-applicable': { symbol: '–', word: 'n/a', tone: 'dim' },
  pass: { symbol: '✓', word: 'pass', tone: 'good' },
}

export const SEVERITY_TONES: Record<Severity, Tone | undefined> = { critical: 'bad', high: 'warn', medium: undefined, low: 'dim' }

/** `✗ fail    `, ten cells. */
export function statusSpan(status: Status, t: Say): Span {
  const mark = STATUS_MARKS[status]
  return span(pad(`${mark.symbol} ${t(mark.word)}`, 11), mark.tone)
}

/** The mark of a status that a journal wrote as a plain word. */
export function statusWord(status: string | undefined, t: Say): Span {
  if (status === undefined) return span(t('not checked'), 'dim')
  const mark = Object.entries(STATUS_MARKS).find(([name]) => name === status)?.[1]
  return mark === undefined ? span(status) : span(`${mark.symbol} ${t(mark.word)}`, mark.tone)
}

export function severitySpan(severity: Severity, t: Say): Span {
  return span(pad(t(severity), 9), SEVERITY_TONES[severity])
}

/** `1 object`, `2 objects`. */
export function count(n: number, one: string, many: string, t: Say): string {
  return t(n === 1 ? one : many, { n })
}

/** `2026-11-22 12:49 UTC` of an ISO date in UTC; what is no date stays as it is. */
export function when(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso
}
