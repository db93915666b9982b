import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { LineCounter, parseDocument } from 'yaml'
import { HardenError } from '#model/errors.ts'
import { type Answers, answersError, type Field, kebab, mergeAnswers, parseAnswers } from '#model/questions.ts'
import type { State } from '#model/state.ts'
import { say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { type Io, readStdin } from './io.ts'

/** One flag for each question: `--role-name reader`, lists `--in-namespaces a --in-namespaces b`, rows as `verbs=get;resources=pods`. */
export function addFieldFlags(command: Command, wizard: Wizard): void {
  for (const field of wizard.fields) {
    const text = wizard.texts[field.name]
    const help = text === undefined ? field.name : say(text.label)
    const flag = `--${kebab(field.name)}`
    if (field.type === 'boolean') command.option(`${flag} [true|false]`, help)
    else if (field.type === 'list') command.option(`${flag} <value...>`, `${help} (more than once for more values)`)
    else if (field.type === 'rows') command.option(`${flag} <key=value;key=value...>`, `${help} (more than once for more rows)`)
    else if (field.type === 'enum') command.option(`${flag} <value>`, `${help}: ${field.options.join(', ')}`)
    else command.option(`${flag} <value>`, help)
  }
  command.option('--answers <file>', 'answers as YAML; - for standard input')
}

/** Flags as answers; what is not a number or a boolean where one is asked stays text, so that the schema refuses it in words. */
export function flagAnswers(wizard: Wizard, options: Readonly<Record<string, unknown>>): Answers {
  return Object.fromEntries(wizard.fields.flatMap((f) => (options[f.name] === undefined ? [] : [[f.name, flagValue(f, options[f.name])]])))
}

function flagValue(field: Field, value: unknown): unknown {
  if (field.type === 'boolean') return value === true || value === 'true' ? true : value === 'false' ? false : value
  if (field.type === 'integer') return typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (field.type === 'list') return (value as string[]).flatMap((v) => v.split(',').map((s) => s.trim()))
  if (field.type === 'rows') return (value as string[]).map((row) => rowOf(field.columns, row))
  return value
}

function rowOf(columns: readonly Field[], row: string): unknown {
  const cells = row.split(';').map((pair) => {
    const at = pair.indexOf('=')
    if (at < 0)
      throw new HardenError('usage', `${row}: a row is key=value;key=value.`, `Keys are ${columns.map((c) => c.name).join(', ')}.`)
    const name = pair.slice(0, at).trim()
    const column = columns.find((c) => c.name === name)
    const value = pair.slice(at + 1)
    return [name, column === undefined ? value : flagValue(column, column.type === 'list' ? [value] : value)]
  })
  return Object.fromEntries(cells)
}

interface AnswersFile {
  readonly answers: Answers
  readonly locate: (path: readonly (string | number)[]) => string
}

const MOST_BYTES = 1 << 20

/** Reads an answers file; `locate` gives the line and column of a path in it. */
export async function readAnswers(path: string, io: Io): Promise<AnswersFile> {
  const text =
    path === '-' ? await readStdin(io) : await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => unreadable(path, error))
  if (text.length > MOST_BYTES)
    throw new HardenError('input', `${path} is larger than 1 MiB.`, 'An answers file holds the answers of one wizard.')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const first = document.errors[0]
  if (first !== undefined) {
    const at = lines.linePos(first.pos[0])
    throw new HardenError(
      'input',
      `${path}:${at.line}:${at.col}: ${first.message.split('\n')[0]}`,
      'Correct the YAML and run again; nothing was written.',
    )
  }
  const value: unknown = document.toJS({ maxAliasCount: 20 })
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HardenError('input', `${path}:1:1: answers are a map of field: value.`, 'kubeharden explain WIZARD lists the fields.')
  const locate = (wanted: readonly (string | number)[]) => {
    for (let length = wanted.length; length > 0; length -= 1) {
      const node = document.getIn(wanted.slice(0, length), true) as { range?: [number, number, number] } | undefined
      if (node?.range) {
        const at = lines.linePos(node.range[0])
        return `${at.line}:${at.col}`
      }
    }
    return '1:1'
  }
  return { answers: value as Answers, locate }
}

function unreadable(path: string, error: NodeJS.ErrnoException): never {
  throw new HardenError(
    'input',
    `${path} cannot be read: ${error.code ?? error.message}.`,
    'Check the path, or use - to read from standard input.',
  )
}

/** Flags over answers file over what the cluster suggests; parsed, or an error that names file, line and column. */
export async function answersFor(wizard: Wizard, options: Readonly<Record<string, unknown>>, state: State, io: Io): Promise<Answers> {
  const file = typeof options.answers === 'string' ? await readAnswers(options.answers, io) : undefined
  const given = mergeAnswers(flagAnswers(wizard, options), file?.answers)
  const merged = mergeAnswers(given, wizard.defaults(state, undefined, given))
  const parsed = parseAnswers(wizard.questions, merged, wizard.when)
  if ('answers' in parsed) return parsed.answers
  // What the file does not hold is asked for by its flag.
  const named = parsed.problems.map((p) => {
    const [field, ...rest] = p.path
    const inFile = file !== undefined && typeof field === 'string' && (field in file.answers || !(field in wizard.questions.shape))
    return inFile || typeof field !== 'string' ? p : { ...p, path: [`--${kebab(field)}`, ...rest] }
  })
  throw answersError(named, file === undefined ? wizard.id : String(options.answers), file?.locate)
}
