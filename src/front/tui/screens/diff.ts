import { stringify } from 'yaml'
import { type FieldChange, type PreviewItem, pathLabel } from '#model/change.ts'
import type { Json, KubeObject } from '#model/refs.ts'
import { safe, safeLines } from '#model/text.ts'
import { textDiff } from '#report/textDiff.ts'
import { hardWrap, type Line, line, span } from '../lines.ts'

type ObjectItem = Extract<PreviewItem, { kind: 'object' }>

/** A preview does not change while it is looked at: its lines are made once a width. */
const made = new WeakMap<ObjectItem, { readonly width: number; readonly lines: readonly Line[] }>()

/** What changes in an object: the whole YAML where it is new, else the changed lines with their surroundings. */
export function diffLines(item: ObjectItem, width: number): readonly Line[] {
  const known = made.get(item)
  if (known?.width === width) return known.lines
  const lines = compute(item, width)
  made.set(item, { width, lines })
  return lines
}

function compute(item: ObjectItem, width: number): Line[] {
  const { action, before, after } = item
  if (action === 'none') return []
  if (action === 'create' && (item.yaml !== '' || after !== undefined))
    return block('+', item.yaml === '' ? objectYaml(after) : item.yaml, width)
  if (action === 'update' && before !== undefined && after !== undefined) return patch(objectYaml(before), objectYaml(after), width)
  if (action === 'delete' && before !== undefined) return block('-', objectYaml(before), width)
  return fieldLines(item.fields, width)
}

/** Without what the server keeps for itself: it differs in every write and tells nothing. */
function objectYaml(object: KubeObject | undefined): string {
  if (object === undefined) return ''
  const { uid: _u, resourceVersion: _r, generation: _g, creationTimestamp: _c, managedFields: _m, ...metadata } = object.metadata
  return yamlOf({ ...object, metadata })
}

function yamlOf(value: Json | object): string {
  return stringify(value, { lineWidth: 0 })
}

/** The changed lines of a text with their surroundings. */
export function patch(before: string, after: string, width: number): Line[] {
  return textDiff(before, after).flatMap(({ sign, text }) => (sign === '⋮' ? [line(span('    ⋮', 'dim'))] : signed(sign, text, width)))
}

function block(sign: string, text: string, width: number): Line[] {
  return text
    .trimEnd()
    .split('\n')
    .flatMap((l) => signed(sign, l, width))
}

/** Sign and text; what is longer than the screen goes on in a second line, for nothing of a change may stay hidden. */
function signed(sign: string, text: string, width: number): Line[] {
  const tone = sign === '+' ? 'good' : sign === '-' ? 'bad' : sign === '\\' ? 'dim' : undefined
  return hardWrap(safeLines(text), width - 6).map((part, i) => [span(`  ${sign} ${i === 0 ? '' : '↳ '}${part}`, tone)])
}

/** By path, where the whole objects are not at hand. */
export function fieldLines(fields: readonly FieldChange[], width: number): Line[] {
  return fields.flatMap((f) => [
    line(span(`  ${safe(pathLabel(f.path))}`, 'info')),
    ...(f.before === undefined ? [] : block('-', yamlOf(f.before), width)),
    ...(f.after === undefined ? [] : block('+', yamlOf(f.after), width)),
  ])
}
