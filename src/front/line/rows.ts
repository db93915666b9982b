import { type Field, parseAnswers, problemOf } from '#model/questions.ts'
import { safe } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { askField } from './fields.ts'
import { Back, type Choice } from './prompter.ts'
import type { Ui } from './ui.ts'

type RowsField = Extract<Field, { type: 'rows' }>
type Row = Readonly<Record<string, unknown>>
type Action = 'add' | 'change' | 'remove' | 'finish'

/** A table of answers: rows are added, changed and removed until the operator finishes. */
export async function askRows(
  ui: Ui,
  wizard: Wizard,
  field: RowsField,
  label: string,
  help: string | undefined,
  value: unknown,
): Promise<readonly Row[]> {
  let rows: readonly Row[] = Array.isArray(value) ? (value as Row[]) : []
  for (;;) {
    ui.out.line(rows.length === 0 ? ui.t('{label}: no rows yet', { label }) : ui.t('{label}:', { label }), 'title')
    for (const [i, row] of rows.entries()) ui.out.line(`  ${i + 1}. ${rowText(row)}`)
    const problem = problemOf(wizard.questions, field.name, rows)
    const done = problem === undefined && rows.length >= Math.max(field.minItems, 1)
    const action = await ui.ask.select<Action>({
      message: ui.t('{label}: {n} so far', { label, n: rows.length }),
      ...(help === undefined ? {} : { help }),
      choices: actions(ui, rows.length),
      default: done ? 'finish' : 'add',
    })
    if (action === 'finish') {
      if (problem === undefined) return rows
      ui.out.para(ui.t('Not taken: {problem}', { problem }), 0, 'bad')
      continue
    }
    try {
      rows = await edited(ui, wizard, field, rows, action)
    } catch (error) {
      if (!(error instanceof Back)) throw error
    }
  }
}

function actions(ui: Ui, rows: number): readonly Choice<Action>[] {
  return [
    { value: 'add', label: ui.t('Add a row') },
    ...(rows === 0
      ? []
      : [
          { value: 'change' as const, label: ui.t('Change a row') },
          { value: 'remove' as const, label: ui.t('Remove a row') },
        ]),
    { value: 'finish', label: ui.t('Finish') },
  ]
}

async function edited(
  ui: Ui,
  wizard: Wizard,
  field: RowsField,
  rows: readonly Row[],
  action: Exclude<Action, 'finish'>,
): Promise<readonly Row[]> {
  if (action === 'add') return [...rows, await askRow(ui, wizard, field, {})]
  const index = await ui.ask.select<number>({
    message: ui.t('Which row?'),
    choices: rows.map((row, i) => ({ value: i, label: rowText(row) })),
  })
  if (action === 'remove') return rows.filter((_, i) => i !== index)
  const row = await askRow(ui, wizard, field, rows[index] ?? {})
  return rows.map((old, i) => (i === index ? row : old))
}

/** Asks the columns one after another; going back drops the row. */
async function askRow(ui: Ui, wizard: Wizard, field: RowsField, start: Row): Promise<Row> {
  let row = start
  for (;;) {
    for (const column of field.columns) {
      if (column.type === 'rows') continue
      const value = await askField(ui, {
        field: column,
        label: column.name,
        value: row[column.name] ?? column.default,
        problem: (v) => columnProblem(wizard, field.name, { ...row, [column.name]: v }, column.name),
      })
      row = { ...row, [column.name]: value }
    }
    row = Object.fromEntries(Object.entries(row).filter(([, v]) => v !== undefined))
    const problem = rowProblem(wizard, field.name, row)
    if (problem === undefined) return row
    ui.out.para(ui.t('Not taken: {problem}', { problem }), 0, 'bad')
  }
}

/** Problems of one row alone: those of the other questions, not asked yet, are left aside. */
function problemsOf(wizard: Wizard, name: string, row: Row) {
  const result = parseAnswers(wizard.questions, { [name]: [row] })
  return 'problems' in result ? result.problems.filter((p) => p.path[0] === name && p.path[1] === 0) : []
}

function columnProblem(wizard: Wizard, name: string, row: Row, column: string): string | undefined {
  const found = problemsOf(wizard, name, row).filter((p) => p.path[2] === column)
  return found.length === 0 ? undefined : found.map((p) => p.message).join('; ')
}

function rowProblem(wizard: Wizard, name: string, row: Row): string | undefined {
  const found = problemsOf(wizard, name, row)
  return found.length === 0 ? undefined : found.map((p) => (p.path[2] === undefined ? p.message : `${p.path[2]}: ${p.message}`)).join('; ')
}

function rowText(row: Row): string {
  return safe(
    Object.entries(row)
      .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`)
      .join('; '),
  )
}
