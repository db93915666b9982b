import * as z from 'zod'
import { HardenError } from './errors.ts'
import type { Text } from './text.ts'

/** A wizard's questions: one `z.strictObject`, read once into `Field[]`. Front ends know only fields. */
export type Questions = z.ZodObject<z.ZodRawShape>

interface Base {
  readonly name: string
  readonly optional: boolean
  readonly default?: unknown
}
export type Field =
  | (Base & { readonly type: 'string'; readonly minLength?: number; readonly pattern?: string })
  | (Base & { readonly type: 'enum'; readonly options: readonly string[] })
  | (Base & { readonly type: 'boolean' })
  | (Base & { readonly type: 'integer'; readonly minimum?: number; readonly maximum?: number })
  | (Base & { readonly type: 'list'; readonly options?: readonly string[]; readonly minItems: number })
  | (Base & { readonly type: 'rows'; readonly columns: readonly Field[]; readonly minItems: number })

export interface FieldText {
  readonly label: Text
  /** What the answer changes, in a sentence. */
  readonly help: Text
}

/** When a field is asked: the other field has one of these values. Hidden fields must be optional or have a default. */
export type Conditions = { readonly [field: string]: { readonly [other: string]: readonly (string | boolean)[] } }

/** Names that are global flags and may not be questions. */
export const RESERVED_FIELDS = new Set([
  'kubeconfig',
  'context',
  'namespace',
  'as',
  'as-group',
  'asGroup',
  'request-timeout',
  'requestTimeout',
  'from',
  'practice',
  'output',
  'out',
  'color',
  'no-color',
  'noColor',
  'quiet',
  'verbose',
  'answers',
  'yes',
  'dry-run',
  'dryRun',
  'line',
  'read-only',
  'readOnly',
  'help',
  'version',
  'file',
])

interface JsonSchema {
  type?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: unknown
  minLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
}

/** Reads the schema into fields; throws at registration where a question is of a kind that no front end can ask. */
export function toFields(questions: Questions): Field[] {
  const schema = z.toJSONSchema(questions, { io: 'input', unrepresentable: 'throw' }) as JsonSchema
  if (schema.additionalProperties !== false) throw new Error('questions must be a z.strictObject')
  return objectFields(schema, 'questions', true)
}

function objectFields(schema: JsonSchema, at: string, rowsAllowed: boolean): Field[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    if (rowsAllowed && RESERVED_FIELDS.has(name)) throw new Error(`${at}.${name}: the name belongs to a global flag`)
    return field(name, property, !required.has(name), `${at}.${name}`, rowsAllowed)
  })
}

function field(name: string, s: JsonSchema, optional: boolean, at: string, rowsAllowed: boolean): Field {
  const base = { name, optional, ...(s.default === undefined ? {} : { default: s.default }) }
  if (Array.isArray(s.enum) && s.enum.every((v) => typeof v === 'string')) return { ...base, type: 'enum', options: s.enum as string[] }
  if (typeof s.const === 'string') return { ...base, type: 'enum', options: [s.const] }
  if (s.type === 'string') return { ...base, type: 'string', ...pick(s, 'minLength'), ...pick(s, 'pattern') }
  if (s.type === 'boolean') return { ...base, type: 'boolean' }
  if (s.type === 'integer') return { ...base, type: 'integer', ...pick(s, 'minimum'), ...pick(s, 'maximum') }
  if (s.type === 'array' && s.items !== undefined) {
    const minItems = s.minItems ?? 0
    if (Array.isArray(s.items.enum)) return { ...base, type: 'list', options: s.items.enum as string[], minItems }
    if (s.items.type === 'string') return { ...base, type: 'list', minItems }
    if (rowsAllowed && s.items.type === 'object' && s.items.additionalProperties === false)
      return { ...base, type: 'rows', columns: objectFields(s.items, at, false), minItems }
  }
  throw new Error(`${at}: a question is a string, enum, boolean, integer, list or rows of flat strict objects`)
}

function pick<K extends keyof JsonSchema>(s: JsonSchema, key: K): Pick<JsonSchema, K> | Record<string, never> {
  return s[key] === undefined ? {} : ({ [key]: s[key] } as Pick<JsonSchema, K>)
}

export type Answers = Readonly<Record<string, unknown>>

/** The flag of a field, without its dashes: `inNamespaces` is `in-namespaces`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
}

/** Is this field asked, with the answers given so far? */
export function isAsked(name: string, answers: Answers, when: Conditions | undefined): boolean {
  const condition = when?.[name]
  if (condition === undefined) return true
  return Object.entries(condition).every(([other, values]) => {
    const given = answers[other]
    return Array.isArray(given) ? given.some((v) => values.includes(v as string)) : values.includes(given as string | boolean)
  })
}

/** Merges flags over answers over the cluster's defaults; `undefined` never hides a lower layer. */
export function mergeAnswers(...layers: readonly (Answers | undefined)[]): Answers {
  const out: Record<string, unknown> = {}
  for (const layer of layers.toReversed()) for (const [key, value] of Object.entries(layer ?? {})) if (value !== undefined) out[key] = value
  return out
}

/** One problem of an answer: `path` such as `rules.0.verbs`. */
export interface AnswerProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Checks all answers. Fields that are not asked are dropped first. */
export function parseAnswers(
  questions: Questions,
  raw: Answers,
  when?: Conditions,
): { readonly answers: Answers } | { readonly problems: readonly AnswerProblem[] } {
  const asked = Object.fromEntries(Object.entries(raw).filter(([name]) => !(name in questions.shape) || isAsked(name, raw, when)))
  const result = questions.safeParse(asked)
  if (result.success) return { answers: result.data }
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, questions)) }
}

function problemsOf(issue: z.core.$ZodIssue, questions: Questions): AnswerProblem[] {
  const path = issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p))
  if (issue.code !== 'unrecognized_keys') return [{ path, message: inWords(issue) }]
  const known = path.length === 0 ? `; known are ${Object.keys(questions.shape).join(', ')}` : ''
  return issue.keys.map((key) => ({ path: [...path, key], message: `unknown field${known}` }))
}

function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `not one of ${issue.values.map(String).join(', ')}`
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined') ? 'an answer is needed' : issue.message
}

/** Checks one answer where it is given; undefined where it is right, else what is wrong in words. */
export function problemOf(questions: Questions, name: string, value: unknown): string | undefined {
  const schema = questions.shape[name] as z.ZodType | undefined
  const result = schema?.safeParse(value)
  return result === undefined || result.success ? undefined : result.error.issues.map(inWords).join('; ')
}

/** The problems as one error; `locate` gives `line:col` of a path in the answers file. */
export function answersError(
  problems: readonly AnswerProblem[],
  origin: string,
  locate?: (path: readonly (string | number)[]) => string | undefined,
): HardenError {
  const lines = problems.map((p) => {
    const at = locate?.(p.path)
    return `${origin}${at === undefined ? '' : `:${at}`}: ${p.path.length === 0 ? '' : `${p.path.join('.')}: `}${p.message}`
  })
  return new HardenError('input', lines.join('\n'), 'Correct the answers and run again; nothing was written.')
}
