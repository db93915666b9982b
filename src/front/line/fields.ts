import type { Field } from '#model/questions.ts'
import type { Ui } from './ui.ts'

/** One question of a wizard, as it is asked: a field of the form, or a column of a row. */
export interface Question {
  readonly field: Exclude<Field, { type: 'rows' }>
  readonly label: string
  readonly help?: string
  /** The answer so far, or what the cluster suggests. */
  readonly value: unknown
  /** What is wrong with an answer, in words. */
  readonly problem: (value: unknown) => string | undefined
}

/** Asks one field until its answer is right; undefined where it was left out. */
export async function askField(ui: Ui, q: Question): Promise<unknown> {
  switch (q.field.type) {
    case 'string':
      return askString(ui, q)
    case 'integer':
      return askInteger(ui, q)
    case 'boolean':
      return ui.ask.confirm({ ...base(q), ...(typeof q.value === 'boolean' ? { default: q.value } : {}) })
    case 'enum':
      return askEnum(ui, q, q.field.options)
    case 'list':
      return q.field.options === undefined ? askList(ui, q) : askOptions(ui, q, q.field.options)
  }
}

function base(q: Question): { message: string; help?: string } {
  return { message: q.label, ...(q.help === undefined ? {} : { help: q.help }) }
}

/** An empty answer means "left out" where the field may be left out and has no default that would come back. */
function emptied(q: Question, empty: unknown): unknown {
  return q.field.optional && q.field.default === undefined ? undefined : empty
}

function problemOfEmpty(ui: Ui, q: Question, empty: unknown): string | undefined {
  const problem = q.problem(emptied(q, empty))
  // The library's own words for a missing text are about characters; a wizard's are better than ours.
  return problem !== undefined && /^(Too small|Invalid)/.test(problem) ? ui.t('an answer is needed') : problem
}

async function askString(ui: Ui, q: Question): Promise<unknown> {
  const answer = await ui.ask.text({
    ...base(q),
    ...(typeof q.value === 'string' ? { default: q.value } : {}),
    check: (v) => (v === '' ? problemOfEmpty(ui, q, '') : q.problem(v)),
  })
  return answer === '' ? emptied(q, '') : answer
}

async function askInteger(ui: Ui, q: Question): Promise<unknown> {
  const answer = await ui.ask.text({
    ...base(q),
    ...(typeof q.value === 'number' ? { default: String(q.value) } : {}),
    check: (v) => {
      if (v === '') return q.problem(undefined) === undefined ? undefined : ui.t('a whole number is needed')
      return /^-?\d{1,15}$/.test(v) ? q.problem(Number(v)) : ui.t('not a whole number; write it in digits, for example 7')
    },
  })
  return answer === '' ? undefined : Number(answer)
}

async function askEnum(ui: Ui, q: Question, options: readonly string[]): Promise<unknown> {
  const left = q.field.optional && q.field.default === undefined ? [{ value: undefined, label: ui.t('(leave it out)') }] : []
  const known = typeof q.value === 'string' && options.includes(q.value)
  const preset = known ? { default: q.value as string } : left.length > 0 ? { default: undefined } : {}
  return ui.ask.select<string | undefined>({ ...base(q), choices: [...options.map((o) => ({ value: o, label: o })), ...left], ...preset })
}

async function askOptions(ui: Ui, q: Question, options: readonly string[]): Promise<unknown> {
  return ui.ask.checkbox<string>({
    ...base(q),
    choices: options.map((o) => ({ value: o, label: o })),
    default: strings(q.value).filter((v) => options.includes(v)),
    check: (values) => q.problem(values),
  })
}

async function askList(ui: Ui, q: Question): Promise<unknown> {
  const answer = await ui.ask.text({
    message: ui.t('{label}, separated by commas', { label: q.label }),
    ...(q.help === undefined ? {} : { help: q.help }),
    default: joinList(strings(q.value)),
    check: (v) => (v === '' ? q.problem(emptied(q, [])) : q.problem(splitList(v))),
  })
  return answer === '' ? emptied(q, []) : splitList(answer)
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : []
}

/** `a, "b, c"` as a list: commas separate, double quotes keep one inside an item. */
export function splitList(text: string): string[] {
  const parts = text.match(/\s*"[^"]*"\s*(?=,|$)|[^,]+/g) ?? []
  return parts
    .map((p) => p.trim())
    .filter((p) => p !== '')
    .map((p) => (/^".*"$/.test(p) ? p.slice(1, -1) : p))
}

/** The text that `splitList` reads back. */
export function joinList(items: readonly string[]): string {
  return items.map((i) => (i.includes(',') ? `"${i}"` : i)).join(', ')
}
