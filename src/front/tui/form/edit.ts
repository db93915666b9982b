import type { Answers, Field } from '#model/questions.ts'
import { editLine } from '../editLine.ts'
import type { Key } from '../input.ts'
import { clamp } from '../nav.ts'
import { follow } from './follow.ts'
import { rowSpec } from './specs.ts'
import { answerOf, answersOf, BUTTON, type Draft, type FormState, focusedField, focusOn, isText, openForm, visibleFields } from './state.ts'

/** What a key did: the form after it, and whether the operator wants to go on or to leave. */
export interface Edited {
  readonly form: FormState
  readonly next?: 'submit' | 'leave'
}

/** Pure: one key in a form. Suggestions follow an answer once it is given: a text when it is left. */
export function typeKey(form: FormState, key: Key): Edited {
  const edited = typed(key === 'ctrl-s' ? follow(form) : form, key)
  const given = edited.form.focus !== form.focus || !isText(focusedField(edited.form))
  return given && edited.next === undefined ? { form: follow(edited.form) } : edited
}

function typed(form: FormState, key: Key): Edited {
  if (form.row !== undefined) return typeInRow(form, form.row, key)
  if (key === 'esc') return { form, next: 'leave' }
  if (key === 'ctrl-s') return submit(form)
  if (key === 'tab') return { form: step(form, 1) }
  if (key === 'shift-tab') return { form: step(form, -1) }
  const field = focusedField(form)
  if (field === undefined) return onButton(form, key)
  if (isText(field)) return { form: inText(form, field, key) }
  if (field.type === 'boolean') return { form: inBoolean(form, field, key) }
  if (field.type === 'enum') return { form: inEnum(form, field, key) }
  if (field.type === 'list') return { form: inChecks(form, field, key) }
  if (field.type === 'rows') return { form: inRows(form, field, key) }
  return { form }
}

/** Pasted text goes into the focused text field whole; line ends separate the items of a list. */
export function paste(form: FormState, text: string): FormState {
  if (form.row !== undefined) return { ...form, row: { ...form.row, form: paste(form.row.form, text) } }
  const field = focusedField(form)
  if (field === undefined || !isText(field)) return form
  const lines = text.split(/\r\n|\r|\n/).filter((l) => l.trim() !== '')
  return insert(form, field, lines.join(field.type === 'list' ? ', ' : ' '))
}

function submit(form: FormState): Edited {
  const problems = form.spec.problems(answersOf(form))
  if (problems.length === 0) return { form: { ...form, problems: {} }, next: 'submit' }
  const byField: Record<string, string> = {}
  for (const p of problems) byField[p.field] = byField[p.field] === undefined ? p.message : `${byField[p.field]}; ${p.message}`
  const first = visibleFields(form).find((f) => byField[f.name] !== undefined)
  const marked = { ...form, problems: byField }
  return { form: first === undefined ? marked : focusOn(marked, first.name) }
}

/** To the next or previous field; the one that is left is judged where it was given. */
function step(form: FormState, by: number): FormState {
  const judged = judge(form)
  const names = [...visibleFields(judged).map((f) => f.name), BUTTON]
  return focusOn(judged, names[clamp(names.indexOf(form.focus) + by, names.length)] ?? BUTTON)
}

function judge(form: FormState): FormState {
  const field = focusedField(form)
  if (field === undefined) return form
  const value = answerOf(form, field)
  const problem = value === undefined && field.optional ? undefined : form.spec.problemOf(field.name, value)
  const { [field.name]: _old, ...others } = form.problems
  return { ...form, problems: problem === undefined ? others : { ...others, [field.name]: problem } }
}

function change(form: FormState, field: Field, draft: Draft, at: number): FormState {
  const touched = form.touched.includes(field.name) ? form.touched : [...form.touched, field.name]
  const { [field.name]: _old, ...problems } = form.problems
  return { ...form, drafts: { ...form.drafts, [field.name]: draft }, touched, problems, at }
}

function onButton(form: FormState, key: Key): Edited {
  if (key === 'enter' || key === ' ') return submit(form)
  if (key === 'up') return { form: step(form, -1) }
  return { form }
}

function insert(form: FormState, field: Field, text: string): FormState {
  const characters = [...String(form.drafts[field.name] ?? '')]
  characters.splice(form.at, 0, ...text)
  return change(form, field, characters.join(''), form.at + [...text].length)
}

function inText(form: FormState, field: Field, key: Key): FormState {
  if (key === 'enter' || key === 'down') return step(form, 1)
  if (key === 'up') return step(form, -1)
  const before = String(form.drafts[field.name] ?? '')
  const { text, at } = editLine(before, form.at, key)
  return text === before ? { ...form, at } : change(form, field, text, at)
}

function inBoolean(form: FormState, field: Field, key: Key): FormState {
  if (key === 'enter' || key === 'down') return step(form, 1)
  if (key === 'up') return step(form, -1)
  if (key === ' ' || key === 'left' || key === 'right') return change(form, field, form.drafts[field.name] !== true, 0)
  if (key === 'y' || key === 'n') return change(form, field, key === 'y', 0)
  return form
}

function inEnum(form: FormState, field: Extract<Field, { type: 'enum' }>, key: Key): FormState {
  if (key === 'enter' || key === 'down') return step(form, 1)
  if (key === 'up') return step(form, -1)
  if (key !== ' ' && key !== 'left' && key !== 'right') return form
  const { options } = field
  const now = options.indexOf(String(form.drafts[field.name]))
  const next = (now + (key === 'left' ? options.length - 1 : 1) + (now < 0 && key === 'left' ? 1 : 0)) % options.length
  return change(form, field, options[next] ?? '', 0)
}

function inChecks(form: FormState, field: Extract<Field, { type: 'list' }>, key: Key): FormState {
  const options = field.options ?? []
  const chosen = (form.drafts[field.name] ?? []) as readonly string[]
  if (key === 'enter') return step(form, 1)
  if (key === 'up') return form.at === 0 ? step(form, -1) : { ...form, at: form.at - 1 }
  if (key === 'down') return form.at >= options.length - 1 ? step(form, 1) : { ...form, at: form.at + 1 }
  if (key === 'a') return change(form, field, chosen.length === options.length ? [] : options, form.at)
  const option = options[form.at]
  if (key !== ' ' || option === undefined) return form
  const wanted = options.filter((o) => (o === option ? !chosen.includes(o) : chosen.includes(o)))
  return change(form, field, wanted, form.at)
}

function inRows(form: FormState, field: Extract<Field, { type: 'rows' }>, key: Key): FormState {
  const rows = (form.drafts[field.name] ?? []) as readonly Answers[]
  if (key === 'up') return form.at === 0 ? step(form, -1) : { ...form, at: form.at - 1 }
  if (key === 'down') return form.at >= rows.length ? step(form, 1) : { ...form, at: form.at + 1 }
  if (key === 'enter' || key === ' ' || key === '+') {
    const index = key === '+' ? rows.length : form.at
    return { ...form, row: { field: field.name, index, form: openForm(rowSpec(form.spec, field), rows[index] ?? {}) } }
  }
  if ((key === 'd' || key === 'delete' || key === 'backspace') && form.at < rows.length)
    return change(form, field, rows.toSpliced(form.at, 1), Math.min(form.at, rows.length - 1))
  return form
}

function typeInRow(form: FormState, row: NonNullable<FormState['row']>, key: Key): Edited {
  const edited = typeKey(row.form, key)
  const { row: _open, ...closed } = form
  if (edited.next === 'leave') return { form: closed }
  if (edited.next === undefined) return { form: { ...form, row: { ...row, form: edited.form } } }
  const field = form.spec.fields.find((f) => f.name === row.field)
  if (field === undefined) return { form: closed }
  const rows = (form.drafts[row.field] ?? []) as readonly Answers[]
  return { form: change(closed, field, rows.toSpliced(row.index, 1, answersOf(edited.form)), row.index) }
}
