import { type Answers, type Conditions, type Field, type FieldText, isAsked } from '#model/questions.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Text } from '#model/text.ts'

/** A problem of one field, in words. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
}

/** What a form asks and how its answers are judged. Wizards, risk acceptance, attestations and rows of a table are all one. */
export interface FormSpec {
  readonly kind: 'wizard' | 'accept' | 'attest' | 'row'
  readonly id: string
  readonly title: Text
  readonly summary?: Text
  readonly fields: readonly Field[]
  readonly texts: { readonly [field: string]: FieldText }
  readonly when?: Conditions
  /** The word on the last button. */
  readonly button: Text
  /** What is wrong with one answer where it is given. */
  readonly problemOf: (field: string, value: unknown) => string | undefined
  /** What is wrong with all of them; an empty list: they can be used. */
  readonly problems: (answers: Answers) => readonly FieldProblem[]
  /** What is wrong with one row of a table, by column; asked or not, a row that is being edited is judged. */
  readonly rowProblems: (field: string, row: Answers) => readonly FieldProblem[]
  /** What is suggested where these answers stand; undefined where the suggestions follow no answer. */
  readonly suggest?: (given: Answers) => Answers
  /** The object that a risk is accepted for. */
  readonly object?: ObjectRef
}

/** What is being typed: the text of strings, integers and free lists, else the value itself. */
export type Draft = string | boolean | readonly string[] | readonly Answers[]

export interface FormState {
  readonly spec: FormSpec
  /** What is suggested: answers that are not touched are handed on as they stand here. */
  readonly origin: Answers
  readonly drafts: { readonly [field: string]: Draft }
  readonly touched: readonly string[]
  /** The given answers that the suggestions follow now. */
  readonly followed: Answers
  /** Name of the focused field, or `button`. */
  readonly focus: string
  /** Text cursor, option, or row, by the focused field's type. */
  readonly at: number
  readonly problems: { readonly [field: string]: string }
  /** A row of a table being edited in a form of its own; `index` past the end adds one. */
  readonly row?: { readonly field: string; readonly index: number; readonly form: FormState }
}

export const BUTTON = 'button'

function draftOf(field: Field, value: unknown): Draft {
  switch (field.type) {
    case 'boolean':
      return value === true
    case 'integer':
      return value === undefined || value === null ? '' : String(value)
    case 'string':
    case 'enum':
      return typeof value === 'string' ? value : ''
    case 'list': {
      const items = Array.isArray(value) ? value.map(String) : []
      return field.options === undefined ? items.join(', ') : items
    }
    case 'rows':
      return Array.isArray(value) ? (value as Answers[]) : []
  }
}

export function draftsOf(spec: FormSpec, answers: Answers): FormState['drafts'] {
  return Object.fromEntries(spec.fields.map((f) => [f.name, draftOf(f, answers[f.name] ?? f.default)]))
}

export function openForm(spec: FormSpec, answers: Answers): FormState {
  const state: FormState = {
    spec,
    origin: answers,
    drafts: draftsOf(spec, answers),
    touched: [],
    followed: {},
    focus: BUTTON,
    at: 0,
    problems: {},
  }
  return focusOn(state, visibleFields(state)[0]?.name ?? BUTTON)
}

function parseDraft(field: Field, draft: Draft): unknown {
  switch (field.type) {
    case 'string':
    case 'enum':
      return draft === '' && (field.optional || field.type === 'enum') ? undefined : draft
    case 'integer':
      if (draft === '') return undefined
      return /^[+-]?\d+$/.test(String(draft).trim()) ? Number(draft) : draft
    case 'list':
      return typeof draft === 'string'
        ? draft
            .split(/[,\n]/)
            .map((s) => s.trim())
            .filter((s) => s !== '')
        : draft
    default:
      return draft
  }
}

/** The value of one field: what it was opened with as long as nobody touched it. */
export function answerOf(form: FormState, field: Field): unknown {
  const original = form.origin[field.name]
  if (!form.touched.includes(field.name) && original !== undefined) return original
  const value = parseDraft(field, form.drafts[field.name] ?? '')
  const untouchedEmpty = !form.touched.includes(field.name) && field.optional && field.default === undefined && isEmpty(value)
  return untouchedEmpty ? undefined : value
}

function isEmpty(value: unknown): boolean {
  return value === false || (Array.isArray(value) && value.length === 0)
}

/** All answers as they stand; fields that are not asked are left out. */
export function answersOf(form: FormState): Answers {
  const all = allAnswers(form)
  return Object.fromEntries(Object.entries(all).filter(([name, v]) => v !== undefined && isAsked(name, all, form.spec.when)))
}

function allAnswers(form: FormState): Answers {
  return Object.fromEntries(form.spec.fields.map((f) => [f.name, answerOf(form, f)]))
}

export function visibleFields(form: FormState): readonly Field[] {
  const all = allAnswers(form)
  return form.spec.fields.filter((f) => isAsked(f.name, all, form.spec.when))
}

export function focusedField(form: FormState): Field | undefined {
  return form.spec.fields.find((f) => f.name === form.focus)
}

/** Text fields take every character as an answer. */
export function isText(field: Field | undefined): boolean {
  return (
    field !== undefined && (field.type === 'string' || field.type === 'integer' || (field.type === 'list' && field.options === undefined))
  )
}

export function focusOn(form: FormState, name: string): FormState {
  const field = form.spec.fields.find((f) => f.name === name)
  const draft = form.drafts[name]
  return { ...form, focus: name, at: isText(field) && typeof draft === 'string' ? [...draft].length : 0 }
}

/** Anything typed that would be lost. */
export function isDirty(form: FormState): boolean {
  return form.touched.length > 0 || (form.row !== undefined && isDirty(form.row.form))
}
