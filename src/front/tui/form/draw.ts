import stringWidth from 'string-width'
import type { Answers, Field } from '#model/questions.ts'
import { type Lang, safe, say } from '#model/text.ts'
import { BLANK, clip, type Line, line, pad, paragraph, plain, type Span, span, wrap } from '../lines.ts'
import type { Say } from '../words.ts'
import { helpFor } from './help.ts'
import { BUTTON, type FormState, focusedField, isText, visibleFields } from './state.ts'

/** A form as lines, which of them must be visible, and what stands below: help and problem of the focused field. */
export interface FormLines {
  readonly lines: readonly Line[]
  readonly focus: readonly [number, number]
  readonly foot: readonly Line[]
}

/** Cells that an answer keeps beside the longest label. */
const ANSWER = 32

/** Labels take what the longest needs; an answer keeps its room, but not more than three fifths of the line. */
function labelWidth(form: FormState, lang: Lang, width: number): number {
  const longest = Math.max(...visibleFields(form).map((f) => stringWidth(labelOf(form, f, lang))), 12)
  return Math.min(longest + 2, Math.max(width - ANSWER, Math.floor(width * 0.4)))
}

/** Lines of help below a form: more where the screen is high. */
const helpLines = (height: number) => (height >= 19 ? 3 : 2)

export function drawForm(form: FormState, lang: Lang, t: Say, { width, height }: { width: number; height: number }): FormLines {
  if (form.row !== undefined) return drawForm(form.row.form, lang, t, { width, height })
  const lines: Line[] = []
  if (form.spec.summary !== undefined) lines.push(...paragraph(say(form.spec.summary, lang), width, 0, 'dim'), BLANK)
  let focus: [number, number] = [0, 0]
  for (const field of visibleFields(form)) {
    const from = lines.length
    lines.push(...drawField(form, field, lang, t, width))
    if (form.focus === field.name) focus = focusOf(form, field, from, lines.length - 1)
  }
  lines.push(BLANK, button(form, lang))
  if (form.focus === BUTTON) focus = [lines.length - 2, lines.length - 1]
  return { lines, focus, foot: foot(form, lang, t, width, helpLines(height)) }
}

/** Long lists keep the option under the cursor on the screen, not their first line. */
function focusOf(form: FormState, field: Field, from: number, to: number): [number, number] {
  if (field.type === 'rows') return [from + 1 + form.at, from + 1 + form.at]
  if (field.type === 'list' && field.options !== undefined) return [from + form.at, from + form.at]
  return [from, to]
}

function button(form: FormState, lang: Lang): Line {
  const text = `[ ${say(form.spec.button, lang)} ]`
  return form.focus === BUTTON ? [span('› ', 'info', true), { text, inverse: true, bold: true }] : line('  ', text)
}

function labelOf(form: FormState, field: Field, lang: Lang): string {
  const text = form.spec.texts[field.name]
  return text === undefined ? field.name : say(text.label, lang)
}

function drawField(form: FormState, field: Field, lang: Lang, t: Say, width: number): Line[] {
  const focused = form.focus === field.name
  const problem = form.problems[field.name]
  const column = labelWidth(form, lang, width)
  const mark = problem === undefined ? (focused ? span('› ', 'info', true) : span('  ')) : span(focused ? '!›' : '! ', 'bad', true)
  const label = span(pad(clip(labelOf(form, field, lang), column - 1), column), focused ? 'info' : undefined, focused)
  if (focused && field.type === 'rows') return [[mark, label], ...rowsEditor(form, field.name, t, width)]
  const [first, ...more] = focused ? editor(form, field, t, width - column - 2) : [closed(form, field, t, width - column - 2)]
  return [[mark, label, ...(first ?? [])], ...more.map((l) => [span(' '.repeat(column + 2)), ...l])]
}

/** The answer of a field that is not focused, in one line. */
function closed(form: FormState, field: Field, t: Say, width: number): Line {
  const draft = form.drafts[field.name]
  const nothing = span(field.optional ? t('(none)') : t('(to be answered)'), 'dim')
  if (typeof draft === 'boolean') return [span(draft ? t('yes') : t('no'))]
  if (typeof draft === 'string') return draft === '' ? [nothing] : [span(clip(safe(draft), width))]
  if (draft === undefined || draft.length === 0) return [nothing]
  if (field.type === 'rows') return [span(clip((draft as readonly Answers[]).map(rowLabel).join(' | '), width))]
  return [span(clip((draft as readonly string[]).map(safe).join(', '), width))]
}

/** One row of a table in words: `verbs: get, list · resources: pods`. */
function rowLabel(row: Answers): string {
  return Object.entries(row)
    .filter(([, v]) => v !== undefined && v !== '' && !(Array.isArray(v) && v.length === 0))
    .map(([k, v]) => `${k}: ${safe(Array.isArray(v) ? v.join(', ') : String(v))}`)
    .join(' · ')
}

function editor(form: FormState, field: Field, t: Say, width: number): Line[] {
  const draft = form.drafts[field.name]
  if (isText(field)) return [textEditor(String(draft ?? ''), form.at, width)]
  if (field.type === 'boolean') return [radios([t('yes'), t('no')], draft === true ? t('yes') : t('no'))]
  if (field.type === 'enum') return enumEditor(field.options, String(draft), width)
  if (field.type === 'list') {
    const chosen = (draft ?? []) as readonly string[]
    return (field.options ?? []).map((o, i) => option(`${chosen.includes(o) ? '[x]' : '[ ]'} ${clip(safe(o), width - 6)}`, i === form.at))
  }
  return []
}

/** The rows of a table, each over the whole width. */
function rowsEditor(form: FormState, name: string, t: Say, width: number): Line[] {
  const rows = (form.drafts[name] ?? []) as readonly Answers[]
  const texts = [...rows.map((r) => clip(rowLabel(r), width - 6)), `+ ${t('add a row')}`]
  return texts.map((text, i) => [span('    '), ...option(text, i === form.at)])
}

function option(text: string, here: boolean): Line {
  return here ? [span('› ', 'info', true), { text, inverse: true }] : line('  ', text)
}

function radio(option: string, chosen: string): Span {
  return option === chosen ? span(`(•) ${safe(option)}`, 'info', true) : span(`( ) ${safe(option)}`)
}

function radios(options: readonly string[], chosen: string): Line {
  return options.flatMap((o, i) => [...(i === 0 ? [] : [span('   ')]), radio(o, chosen)])
}

function enumEditor(options: readonly string[], chosen: string, width: number): Line[] {
  const oneLine = options.reduce((sum, o) => sum + o.length + 7, 0) <= width
  return oneLine ? [radios(options, chosen)] : options.map((o) => [radio(o, chosen)])
}

/** A text with its cursor as an inverse cell; long texts show the part around the cursor. */
export function textEditor(text: string, at: number, width: number): Line {
  const characters = [...text]
  const room = Math.max(4, width - 2)
  const from = Math.max(0, at - room + 1)
  const shown = (a: number, b: number) => safe(characters.slice(a, b).join(''))
  return [
    span(shown(from, at)),
    { text: at < characters.length ? shown(at, at + 1) : ' ', inverse: true },
    span(shown(at + 1, from + room)),
  ]
}

const KEYS_OF: Record<Field['type'], string> = {
  string: 'type; Tab or Enter: next',
  integer: 'type a number; Tab or Enter: next',
  boolean: 'Space, ← →, y or n: change; Tab: next',
  enum: 'Space or ← →: change; Tab: next',
  list: 'Space: mark; a: all or none; ↑ ↓: move; Tab: next',
  rows: 'Enter: edit or add; d: delete; ↑ ↓: move; Tab: next',
}

function foot(form: FormState, lang: Lang, t: Say, width: number, height: number): Line[] {
  const field = focusedField(form)
  const words = footWords(form, field, lang, t, width)
  const shown = words.length > height ? [...words.slice(0, height - 1), [span(clip(`${plain(words[height - 1] ?? [])} …`, width))]] : words
  return [...shown, ...Array.from({ length: height - shown.length }, () => BLANK), [span(clip(keysOf(field, t), width), 'dim')]]
}

function footWords(form: FormState, field: Field | undefined, lang: Lang, t: Say, width: number): Line[] {
  if (field === undefined) return paragraph(form.spec.kind === 'wizard' ? t('Shows what would change; nothing is written yet.') : '', width)
  const problem = form.problems[field.name]
  const help = form.spec.texts[field.name]
  if (problem !== undefined) return problemLines(problem, width)
  if (help === undefined) return []
  const { first, rest } = helpFor(say(help.help, lang), optionsOf(field), optionAt(form, field))
  return [
    ...(first === '' ? [] : paragraph(first, width)),
    ...(rest === '' ? [] : paragraph(rest, width, 0, first === '' ? undefined : 'dim')),
  ]
}

function optionsOf(field: Field): readonly string[] {
  return field.type === 'enum' || field.type === 'list' ? (field.options ?? []) : []
}

/** The option that is chosen; of several that may be marked, the one under the cursor. */
function optionAt(form: FormState, field: Field): string | undefined {
  return field.type === 'enum' ? String(form.drafts[field.name] ?? '') : optionsOf(field)[form.at]
}

function keysOf(field: Field | undefined, t: Say): string {
  if (field === undefined) return t('Enter: do it; Shift-Tab or ↑: back to the questions')
  return field.type === 'list' && field.options === undefined
    ? t('type, items separated by commas; Tab or Enter: next')
    : t(KEYS_OF[field.type])
}

function problemLines(problem: string, width: number): Line[] {
  return wrap(`✗ ${safe(problem)}`, width).map((l) => [span(l, 'bad')])
}
