import { type Document, isAlias, isMap, isScalar, LineCounter, type ParsedNode, parseAllDocuments, type Tags, visit } from 'yaml'
import { HardenError } from '#model/errors.ts'
import type { Json, KubeObject } from '#model/refs.ts'

/** One object and where it stands: `shop.yaml:12`. */
export interface LocatedObject {
  readonly object: KubeObject
  readonly at: string
}

/** What a text held: Kubernetes objects, and where documents stand that are none (CI files, chart values). */
export interface ParsedManifests {
  readonly objects: readonly LocatedObject[]
  readonly skipped: readonly string[]
}

/** A larger file is refused: its tree would take gigabytes. */
export const MAX_TEXT = 32 * 1024 * 1024
const MAX_DEPTH = 200
const MAX_PROBLEMS = 5
const HELM_HINT = 'Helm templates are no YAML yet: render them first (helm template NAME CHART > rendered.yaml) and give that file.'
const FIX_HINT = 'Correct the file and run again; nothing was read.'

/**
 * Reads YAML or JSON, several documents, as kubectl does (YAML 1.1 booleans and numbers; times stay text).
 * `kind: List` is opened. Documents that are no Kubernetes objects are skipped and named.
 * @throws HardenError `input`, one line `origin:line:col: problem` for each problem.
 */
export function parseManifests(text: string, origin: string): ParsedManifests {
  if (text.length > MAX_TEXT)
    throw new HardenError('input', `${origin}: larger than ${MAX_TEXT / 1024 / 1024} MiB`, 'Split the file, or take a snapshot instead.')
  const lines = new LineCounter()
  const documents = parseText(text, origin, lines)
  const problems = documents.flatMap((d) => [
    ...d.errors.map((e) => ({ at: e.pos[0], message: firstLine(e.message) })),
    ...shapeProblems(d),
  ])
  if (problems.length > 0) throw inputError(text, origin, lines, problems)

  const objects: LocatedObject[] = []
  const skipped: string[] = []
  for (const document of documents) {
    const start = document.contents === null ? undefined : document.contents.range?.[0]
    const at = place(origin, lines, start ?? 0)
    const value = toValue(document, at)
    if (value === null || value === undefined) continue
    const found = [...openLists(value, 0)]
    if (found.length === 0 && !isList(value)) skipped.push(at.slice(0, at.lastIndexOf(':')))
    for (const object of found) {
      if (looksTemplated(object)) throw new HardenError('input', `${at}: this is a Helm template`, HELM_HINT)
      objects.push({ object, at: at.slice(0, at.lastIndexOf(':')) })
    }
  }
  return { objects, skipped }
}

type Doc = Document.Parsed<ParsedNode>
interface Problem {
  readonly at: number
  readonly message: string
}

function parseText(text: string, origin: string, lineCounter: LineCounter): Doc[] {
  try {
    const parsed = parseAllDocuments(text, {
      version: '1.1',
      schema: 'yaml-1.1',
      customTags: kubectlTags,
      uniqueKeys: true,
      strict: true,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter,
    })
    return Array.isArray(parsed) ? (parsed as Doc[]) : []
  } catch (error) {
    if (error instanceof RangeError) throw new HardenError('input', `${origin}: nested too deeply`, FIX_HINT, { cause: error })
    throw new HardenError('input', `${origin}: ${firstLine(error instanceof Error ? error.message : String(error))}`, FIX_HINT, {
      cause: error,
    })
  }
}

/** YAML 1.1 as kubectl's decoder reads it: yes and on are true, but 12:30 and dates stay text. */
function kubectlTags(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return true
    if ('format' in tag && tag.format === 'TIME') return false
    return !/:(timestamp|binary|omap|pairs|set)$/.test(tag.tag)
  })
}

/** What YAML allows and Kubernetes does not: keys that are no plain values, and nesting without end. */
function shapeProblems(document: Doc): Problem[] {
  const problems: Problem[] = []
  try {
    visit(document, {
      Node: (_key, node, path) => {
        if (path.length > MAX_DEPTH) {
          problems.push({ at: node.range?.[0] ?? 0, message: 'nested too deeply' })
          return visit.BREAK
        }
        return undefined
      },
      Pair: (_key, pair) => {
        const { key } = pair
        if (isScalar(key) || key === null || isAlias(key)) return undefined
        const at = isMap(key) || (typeof key === 'object' && 'range' in key) ? ((key as ParsedNode).range?.[0] ?? 0) : 0
        problems.push({ at, message: 'a key must be a plain value' })
        return visit.BREAK
      },
    })
  } catch {
    problems.push({ at: 0, message: 'nested too deeply' })
  }
  return problems
}

function inputError(text: string, origin: string, lines: LineCounter, problems: readonly Problem[]): HardenError {
  const shown = problems.slice(0, MAX_PROBLEMS).map((p) => `${place(origin, lines, p.at)}: ${p.message}`)
  if (problems.length > shown.length) shown.push(`${origin}: and ${problems.length - shown.length} more`)
  return new HardenError('input', shown.join('\n'), text.includes('{{') ? HELM_HINT : FIX_HINT)
}

function toValue(document: Doc, at: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    const message = error instanceof RangeError ? 'nested too deeply' : firstLine(error instanceof Error ? error.message : String(error))
    throw new HardenError('input', `${at}: ${message}`, FIX_HINT, { cause: error })
  }
}

/** The objects in a value: itself, or the items of a list, `kind: List` and `kind: RoleList` alike. */
function* openLists(value: unknown, depth: number): Generator<KubeObject> {
  if (!isRecord(value) || typeof value.apiVersion !== 'string' || typeof value.kind !== 'string') return
  if (!isList(value)) {
    if (value.kind !== '' && value.apiVersion !== '') yield value as unknown as KubeObject
    return
  }
  if (depth > 3) return
  const itemKind = value.kind.slice(0, -'List'.length)
  for (const item of value.items) {
    const own =
      isRecord(item) && item.kind === undefined && itemKind !== '' ? { apiVersion: value.apiVersion, kind: itemKind, ...item } : item
    yield* openLists(own, depth + 1)
  }
}

function isList(value: unknown): value is { kind: string; apiVersion: string; items: readonly unknown[] } {
  return isRecord(value) && typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)
}

/** Flattens `kind: List` in objects that are values already. */
export function flattenLists(objects: readonly KubeObject[]): KubeObject[] {
  return objects.flatMap((object) => [...openLists(object, 0)])
}

function looksTemplated(object: KubeObject): boolean {
  const metadata: { [key: string]: Json | undefined } = isRecord(object.metadata) ? object.metadata : {}
  return [object.kind, object.apiVersion, metadata.name, metadata.namespace].some((v) => typeof v === 'string' && v.includes('{{'))
}

function place(origin: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${origin}:${Math.max(line, 1)}:${Math.max(col, 1)}`
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? ''
}

export function isRecord(value: unknown): value is { [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
