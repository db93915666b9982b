import { Document, isMap, isNode, isScalar, isSeq, type Node, type Pair, parseDocument, Scalar, type ScalarTag, type Tags } from 'yaml'
import { HardenError } from '#model/errors.ts'
import type { Json } from '#model/refs.ts'
import { jsonEqual } from './json.ts'

/** Characters that a YAML 1.1 reader takes for a line break, drops or refuses when they are not escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const HOSTILE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/
/** Words that a YAML 1.1 reader takes for a boolean, null, a merge or a default value. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null|~|<<|=|[-+]?\.(inf|nan))$/i
/** Everything that some reader takes for a number, a time or a date: 0600, 12:30, 1_000, 0x1f, 1e3, 2001-12-14. */
const NUMBERS = /^[-+]?\.?[0-9][0-9a-fox_.,:eE+-]*([Tt ][0-9:.Zz+ -]*)?$/i
/** Several lines stay readable as a block only when no line hides blanks at its ends. */
const UNTAMED_LINES = /^[\n ]|[ ]\n|[ ]$|\n\n$/

/** Must this string be double-quoted, whatever the yaml package would do? */
function needsQuotes(text: string): boolean {
  return (
    HOSTILE.test(text) ||
    WORDS.test(text) ||
    NUMBERS.test(text) ||
    (text.includes('\n') && UNTAMED_LINES.test(text)) ||
    text.startsWith('=')
  )
}

function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (c) => {
    return `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
}

/** Comes before the package's own string tag, so that it wins wherever it applies; keys included. */
const quotedString: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: (value) => typeof value === 'string' && needsQuotes(value),
  resolve: (text) => text,
  stringify: (item) => quote(String(item.value)),
}

const READ = { version: '1.2', prettyErrors: true, uniqueKeys: true } as const
const WRITE = { ...READ, compat: 'yaml-1.1', customTags: (tags: Tags): Tags => [quotedString, ...tags] } as const

/** Reads a template or another YAML text of ours for writing it out again. */
export function readForWriting(text: string): Document.Parsed {
  return parseDocument(text, WRITE)
}

/** Makes a document of a value; nothing of it is ever read as text. */
export function documentOf(value: Json): Document {
  refuseBrokenText(value, '')
  return new Document(value, { ...WRITE, aliasDuplicateObjects: false })
}

/** Makes a node of a value, for a place in a document of ours. */
export function nodeOf(document: Document, value: Json): Node {
  refuseBrokenText(value, '')
  return document.createNode(value, { aliasDuplicateObjects: false }) as Node
}

/**
 * Prints a document in block style and reads it back as YAML 1.2 and 1.1: both must give `expected` with strings as
 * keys, or else nothing is handed out (HardenError `internal`).
 */
export function print(document: Document, expected: Json): string {
  blockStyle(document.contents)
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false })
  for (const version of ['1.2', '1.1'] as const) {
    const back = parseDocument(text, { version, prettyErrors: false })
    const problem = back.errors[0] ?? back.warnings[0]
    if (problem !== undefined || !jsonEqual(plain(back.toJS({ mapAsMap: true, maxAliasCount: 0 })), expected))
      throw new HardenError(
        'internal',
        `The generated YAML does not read back as it was meant (YAML ${version})${problem === undefined ? '' : `: ${problem.message}`}.`,
        'Nothing was written. This is a defect in kubeharden: report which wizard and which answers.',
      )
  }
  return text
}

/** YAML of a value without a template; same guarantees as `print`. */
export function toYaml(value: Json): string {
  const expected = withoutUndefined(value)
  return print(documentOf(expected), expected)
}

function blockStyle(node: unknown): void {
  if (isMap(node)) {
    node.flow = node.items.length === 0
    for (const pair of node.items) {
      blockStyle(pair.key)
      blockStyle(pair.value)
      commentAbove(pair)
    }
  } else if (isSeq(node)) {
    node.flow = node.items.length === 0
    for (const item of node.items) blockStyle(item)
  } else if (isScalar(node) && node.type === Scalar.BLOCK_FOLDED) {
    // Folding depends on blanks that nobody sees: a literal block says the same.
    node.type = Scalar.BLOCK_LITERAL
  }
}

/** `key: {}` stays on its line: a comment inside or behind the empty collection goes above the key. */
function commentAbove({ key, value }: Pair): void {
  if (!(isMap(value) || isSeq(value)) || value.items.length > 0 || !isNode(key)) return
  const comments = [key.commentBefore, value.commentBefore, value.comment].filter((c) => typeof c === 'string' && c !== '')
  key.commentBefore = comments.length === 0 ? undefined : comments.join('\n')
  value.commentBefore = undefined
  value.comment = undefined
  value.spaceBefore = false
}

/** Maps as plain objects; a key that is not a string cannot be an object's key and makes the comparison fail. */
function plain(value: unknown): unknown {
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [typeof key === 'string' ? key : Symbol(String(key)), plain(item)] as const)
    return Object.fromEntries(entries.map(([key, item]) => [typeof key === 'string' ? key : `not a string: ${String(key)}`, item]))
  }
  return Array.isArray(value) ? value.map(plain) : value
}

/** The value as JSON would carry it: keys without a value are not there. */
export function withoutUndefined(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item as Json))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as { readonly [key: string]: Json | undefined }).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, withoutUndefined(item)] as const],
    ),
  )
}

function refuseBrokenText(value: unknown, path: string): void {
  if (typeof value === 'string' && !value.isWellFormed()) throw broken(path, 'holds half of a character (a lone surrogate)')
  if (typeof value === 'number' && !Number.isFinite(value)) throw broken(path, 'is not a finite number')
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) throw broken(path, 'has a key with half of a character (a lone surrogate)')
    refuseBrokenText(item, path === '' ? key : `${path}.${key}`)
  }
}

function broken(path: string, what: string): HardenError {
  return new HardenError(
    'input',
    `${path === '' ? 'The value' : path} ${what} and cannot be written as YAML.`,
    'Correct the answer and try again.',
  )
}
