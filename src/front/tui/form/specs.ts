import * as z from 'zod'
import { type Answers, type Field, type FieldText, parseAnswers, problemOf, type Questions, toFields } from '#model/questions.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Text } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import type { FieldProblem, FormSpec } from './state.ts'

const PREVIEW: Text = { en: 'Preview the changes' }

function problemsOf(questions: Questions, answers: Answers, when: FormSpec['when']): readonly FieldProblem[] {
  const parsed = parseAnswers(questions, answers, when)
  if ('answers' in parsed) return []
  return parsed.problems.map(({ path: [field = '', ...rest], message }) => ({
    field: String(field),
    message: rest.length === 0 ? message : `${rest.map((p) => (typeof p === 'number' ? `#${p + 1}` : p)).join(' ')}: ${message}`,
  }))
}

/** A wizard's questions as a form; `suggest` gives the suggestions for answers that stand already. */
export function wizardSpec(wizard: Wizard, suggest?: FormSpec['suggest']): FormSpec {
  return {
    kind: 'wizard',
    id: wizard.id,
    title: wizard.title,
    summary: wizard.summary,
    fields: wizard.fields,
    texts: wizard.texts,
    ...(wizard.when === undefined ? {} : { when: wizard.when }),
    ...(suggest === undefined ? {} : { suggest }),
    button: PREVIEW,
    problemOf: (field, value) => problemOf(wizard.questions, field, value),
    problems: (answers) => problemsOf(wizard.questions, answers, wizard.when),
    rowProblems: (field, row) => rowProblemsOf(wizard.questions, field, row),
  }
}

/** What zod says about a table of only this row. */
function rowProblemsOf(questions: Questions, field: string, row: Answers): readonly FieldProblem[] {
  const result = (questions.shape[field] as z.ZodType | undefined)?.safeParse([row])
  if (result === undefined || result.success) return []
  return result.error.issues.flatMap(({ path: [index, column], message }) =>
    index === 0 && column !== undefined ? [{ field: String(column), message }] : [],
  )
}

/** One row of a table as a form of its own. */
export function rowSpec(parent: FormSpec, field: Extract<Field, { type: 'rows' }>): FormSpec {
  const inRow = (row: Answers) => parent.rowProblems(field.name, row)
  return {
    kind: 'row',
    id: `${parent.id}.${field.name}`,
    title: parent.texts[field.name]?.label ?? { en: field.name },
    fields: field.columns,
    texts: columnTexts(parent, field),
    button: { en: 'Done' },
    problemOf: (name, value) => inRow({ [name]: value }).find((p) => p.field === name)?.message,
    problems: inRow,
    rowProblems: () => [],
  }
}

/** Columns have no texts of their own: `texts` may name them `rules.verbs`, else their name is the label. */
function columnTexts(parent: FormSpec, field: Extract<Field, { type: 'rows' }>): Record<string, FieldText> {
  const help = parent.texts[field.name]?.help ?? { en: '' }
  return Object.fromEntries(field.columns.map((c) => [c.name, parent.texts[`${field.name}.${c.name}`] ?? { label: { en: c.name }, help }]))
}

/** A day that the calendar has: Date.parse takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const at = Date.parse(text)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

const future = z
  .string()
  .refine(isDay, { error: 'a date as YYYY-MM-DD', abort: true })
  .refine((s) => Date.parse(s) > Date.now(), 'a day in the future')

/** An object without a namespace has no `namespace` scope: its empty scope would silently be the whole check. */
function acceptQuestions(object: ObjectRef): Questions {
  return z.strictObject({
    scope: object.namespace === undefined ? z.enum(['object', 'check']) : z.enum(['object', 'namespace', 'check']),
    owner: z.string().min(1, 'who takes this risk on'),
    reason: z.string().min(1, 'why it is acceptable'),
    expires: future,
  })
}

const attestQuestions = z.strictObject({
  by: z.string().min(1, 'who looked at it'),
  evidence: z.string().min(1, 'what was looked at, or where the record is'),
  until: future,
})

function ownSpec(spec: Pick<FormSpec, 'kind' | 'id' | 'title' | 'summary' | 'texts' | 'button'>, questions: Questions): FormSpec {
  return {
    ...spec,
    fields: toFields(questions),
    problemOf: (field, value) => problemOf(questions, field, value),
    problems: (answers) => problemsOf(questions, answers, undefined),
    rowProblems: () => [],
  }
}

/** Who takes a risk on, why, and until when. `id` is the check. */
export function acceptSpec(check: string, object: ObjectRef): FormSpec {
  const title = { en: 'Accept a risk' }
  const summary = { en: 'The finding stands outside the score, shown as accepted, until the day you set.' }
  const button = { en: 'Accept the risk' }
  return { ...ownSpec({ kind: 'accept', id: check, title, summary, texts: ACCEPT_TEXTS, button }, acceptQuestions(object)), object }
}

/** Somebody looked at what no program can see. `id` is the check. */
export function attestSpec(check: string): FormSpec {
  const title = { en: 'Attest a manual item' }
  const summary = { en: 'Counts as pass until the day you set; then it is asked again.' }
  return ownSpec({ kind: 'attest', id: check, title, summary, texts: ATTEST_TEXTS, button: { en: 'Attest' } }, attestQuestions)
}

const ACCEPT_TEXTS: Record<string, FieldText> = {
  scope: { label: { en: 'For' }, help: { en: 'This object only, every object of this check in its namespace, or the whole check.' } },
  owner: { label: { en: 'Owner' }, help: { en: 'The person or team that answers for it.' } },
  reason: { label: { en: 'Reason' }, help: { en: 'Why it is acceptable; whoever reads the report sees this.' } },
  expires: { label: { en: 'Until' }, help: { en: 'The day it fails again, as YYYY-MM-DD.' } },
}

const ATTEST_TEXTS: Record<string, FieldText> = {
  by: { label: { en: 'By' }, help: { en: 'Who looked at it.' } },
  evidence: { label: { en: 'Evidence' }, help: { en: 'What was looked at, or where the record is kept.' } },
  until: { label: { en: 'Until' }, help: { en: 'The day it has to be looked at again, as YYYY-MM-DD.' } },
}
