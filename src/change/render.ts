import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Values } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { isJsonMap, type JsonMap } from './json.ts'
import { loadTemplate } from './templates.ts'
import { nodeOf, print, readForWriting, withoutUndefined } from './yaml.ts'

export interface Rendered<T = KubeObject> {
  /** YAML with the template's comments. */
  readonly text: string
  readonly object: T
}

/** `$${x}` writes `${x}`: shell scripts in templates need it. */
const HOLE = /(\$)?\$\{([A-Za-z_][A-Za-z0-9_-]*)(\?)?\}/g
const WHOLE = /^\$\{([A-Za-z_][A-Za-z0-9_-]*)(\?)?\}$/

/** Removed: the optional hole had no value. */
const GONE = Symbol('gone')

interface Filling {
  readonly id: string
  readonly document: Document
  readonly values: Values
  readonly used: Set<string>
}

/**
 * Renders `templates/<id>.yaml`: holes are replaced in the syntax tree by values, never by text. A scalar that is a hole
 * takes any value; a hole inside a longer text takes a string or a number. Errors: HardenError `internal` for a
 * missing or unused value and for an optional hole that would empty its parent.
 */
export function renderTemplate(id: string, values: Values, root?: string): Rendered<Json> {
  return renderText(id, loadTemplate(id, root), values)
}

/** `renderTemplate` for an object of a cluster: it must have apiVersion, kind and a name. */
export function renderObject(id: string, values: Values, root?: string): Rendered {
  const { text, object } = renderTemplate(id, values, root)
  return { text, object: asKubeObject(object, id) }
}

/** The same for a text that is not in the templates folder. */
export function renderText(id: string, text: string, values: Values): Rendered<Json> {
  const document = readForWriting(text)
  const problem = document.errors[0]
  if (problem !== undefined) throw defect(id, problem.message)
  const filling: Filling = { id, document, values, used: new Set() }
  const contents = fill(filling, document.contents, 'the document')
  if (contents === GONE) throw defect(id, 'the whole document is an optional hole without a value')
  document.contents = contents as typeof document.contents
  const unused = Object.keys(values).filter((name) => !filling.used.has(name))
  if (unused.length > 0) throw defect(id, `no hole for ${unused.join(', ')}`)
  const object = withoutUndefined(document.toJS({ maxAliasCount: 0 }) as Json)
  return { text: print(document, object), object }
}

export function asKubeObject(value: Json, from: string): KubeObject {
  const metadata = isJsonMap(value) ? (value as JsonMap).metadata : undefined
  if (isJsonMap(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isJsonMap(metadata))
    if (typeof metadata.name === 'string' && metadata.name !== '') return value as unknown as KubeObject
  throw defect(from, 'it is not an object with apiVersion, kind and a name')
}

function fill(filling: Filling, node: unknown, at: string): Node | null | typeof GONE {
  if (isMap(node)) return fillMap(filling, node, at)
  if (isSeq(node)) return fillSeq(filling, node, at)
  if (isScalar(node)) return fillScalar(filling, node, at)
  if (isAlias(node)) throw defect(filling.id, `${at}: anchors and aliases are not for templates`)
  return (node ?? null) as Node | null
}

function fillMap(filling: Filling, map: YAMLMap, at: string): YAMLMap {
  const items: Pair[] = []
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : '?'
    const key = isScalar(pair.key) ? fillScalar(filling, pair.key, `${at}, a key`) : pair.key
    const value = fill(filling, pair.value, `${at}, ${name}`)
    if (key === GONE || value === GONE) continue
    if (!isScalar(key) || typeof key.value !== 'string') throw defect(filling.id, `${at}: the key ${name} is not a string`)
    pair.key = key
    pair.value = value
    items.push(pair)
  }
  return keepFull(filling, map, items, at)
}

function fillSeq(filling: Filling, seq: YAMLSeq, at: string): YAMLSeq {
  const items = seq.items.map((item) => fill(filling, item, `${at}, an item`)).filter((item) => item !== GONE)
  return keepFull(filling, seq, items, at)
}

/** `from: []` would be stored as {} and allow all: an optional hole never empties what it stands in. */
function keepFull<C extends YAMLMap | YAMLSeq>(filling: Filling, node: C, items: C['items'], at: string): C {
  if (items.length === 0 && node.items.length > 0) throw defect(filling.id, `${at} would be left empty, which means something else`)
  node.items = items
  const keys = items.flatMap((item) => (isPair(item) && isScalar(item.key) ? [String(item.key.value)] : []))
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  if (twice !== undefined) throw defect(filling.id, `${at}: the key ${JSON.stringify(twice)} stands there twice`)
  return node
}

function fillScalar(filling: Filling, scalar: Scalar, at: string): Node | typeof GONE {
  if (typeof scalar.value === 'number' && /^[-+]?0[0-9_]/.test(scalar.source ?? ''))
    throw defect(filling.id, `${at}: ${scalar.source} means one number to YAML 1.1 and another to YAML 1.2`)
  if (typeof scalar.value !== 'string') return scalar
  const whole = WHOLE.exec(scalar.value)
  if (whole !== null) {
    const [, name = '', optional] = whole
    const value = valueFor(filling, name, optional !== undefined)
    return value === undefined ? GONE : keepComments(scalar, nodeOf(filling.document, withoutUndefined(value)))
  }
  const text = scalar.value.replace(HOLE, (hole: string, escaped: string | undefined, name: string, optional: string | undefined) => {
    if (escaped !== undefined) return hole.slice(1)
    if (optional !== undefined) throw defect(filling.id, `${at}: an optional hole must stand alone`)
    const value = valueFor(filling, name, false)
    if (typeof value !== 'string' && typeof value !== 'number')
      throw defect(filling.id, `${at}: ${name} stands inside a text and must be a string or a number`)
    return String(value)
  })
  if (text === scalar.value) return scalar
  const node = keepComments(scalar, nodeOf(filling.document, text))
  if (scalar.type === Scalar.BLOCK_LITERAL && isScalar(node)) node.type = Scalar.BLOCK_LITERAL
  return node
}

function valueFor(filling: Filling, name: string, optional: boolean): Json | undefined {
  filling.used.add(name)
  const value = Object.hasOwn(filling.values, name) ? filling.values[name] : undefined
  if (value === undefined && !optional) throw defect(filling.id, `no value for ${name}`)
  return value
}

function keepComments(from: Scalar, to: Node): Node {
  to.commentBefore = from.commentBefore
  to.spaceBefore = from.spaceBefore
  // A comment behind a hole goes above what takes more than a line.
  if (isScalar(to)) to.comment = from.comment
  else if (from.comment) to.commentBefore = [from.commentBefore, from.comment].filter(Boolean).join('\n')
  return to
}

function defect(id: string, what: string): HardenError {
  return new HardenError(
    'internal',
    `Template ${id}: ${what}.`,
    'Nothing was written. This is a defect in kubeharden: report which wizard and which answers.',
  )
}
