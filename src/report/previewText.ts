import { stringify } from 'yaml'
import { type FieldChange, type Impact, type Preview, type PreviewItem, pathLabel } from '#model/change.ts'
import { refLabel } from '#model/refs.ts'
import { type Lang, safe, safeLines, say } from '#model/text.ts'
import { guideLines } from './guideText.ts'
import { nodeLines } from './nodeText.ts'
import { diffText } from './textDiff.ts'

/** How a line is meant, for colours; the sign in its text says it without them. */
export type Tone = 'title' | 'plain' | 'add' | 'remove' | 'note' | 'warn' | 'danger'
export interface Line {
  readonly tone: Tone
  readonly text: string
}

const ACTION_WORDS = { create: 'create', update: 'change', delete: 'delete', none: 'leave as it is' } as const

/** A preview as lines, for every front end: what will happen to which object, what it costs, whether it can be undone. */
export function previewLines(preview: Preview, lang: Lang = 'en'): readonly Line[] {
  return [
    { tone: 'title', text: `In cluster ${safe(preview.cluster.name)}:` },
    ...preview.items.flatMap((item) => itemLines(item, lang)),
    ...(preview.items.length === 0 ? [{ tone: 'plain', text: '  Nothing to change.' } as const] : []),
    ...impactLines(preview.impacts, lang),
    {
      tone: 'note',
      text: preview.reversible === true ? undone(preview) : `Undo: ${say(preview.reversible, lang)}`,
    },
  ]
}

/** What is done by hand on nodes is taken back there too; the journal only knows of the files. */
function undone({ items }: Preview): string {
  const byHand = items.length > 0 && items.every((item) => item.kind === 'guide')
  return byHand ? 'This can be taken back on the nodes, by the steps of the way back.' : 'This can be undone.'
}

function itemLines(item: PreviewItem, lang: Lang): Line[] {
  if (item.kind === 'node') return nodeLines(item, lang).map((l) => ({ ...l, text: `  ${l.text}` }))
  if (item.kind === 'guide') return guideLines(item, lang).map((l) => ({ ...l, text: `  ${l.text}` }))
  const head: Line = { tone: 'title', text: `  ${ACTION_WORDS[item.action]}: ${safe(refLabel(item.ref))}` }
  return [
    head,
    ...(item.action === 'create' ? indented(item.yaml, 'add', '+') : []),
    ...(item.action === 'delete' && item.before !== undefined ? indented(stringify(trimmed(item.before)), 'remove', '-') : []),
    ...(item.action === 'update' ? item.fields.flatMap(fieldLines) : []),
    ...(item.managedBy === undefined
      ? []
      : [
          {
            tone: 'warn',
            text: `    ! managed by ${safe(item.managedBy)}: it may put the object back. Change its source instead.`,
          } as const,
        ]),
    ...item.conflicts.map((c): Line => ({ tone: 'danger', text: `    ! ${safe(c.field)} belongs to ${safe(c.manager)}` })),
    ...item.warnings.map((w): Line => ({ tone: 'warn', text: `    ! ${safe(w)}` })),
    ...(item.refused === undefined
      ? []
      : [
          { tone: 'danger', text: `    ! refused: ${safe(item.refused.message)}` } as const,
          { tone: 'note', text: `      ${safe(item.refused.hint)}` } as const,
        ]),
  ]
}

function trimmed(object: NonNullable<Extract<PreviewItem, { kind: 'object' }>['before']>): unknown {
  const { name, namespace, labels } = object.metadata
  const { status: _status, ...rest } = object
  return { ...rest, metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) } }
}

function indented(text: string, tone: Tone, sign: string): Line[] {
  return safeLines(text.trimEnd())
    .split('\n')
    .map((line) => ({ tone, text: `    ${sign} ${line}` }))
}

function fieldLines(field: FieldChange): Line[] {
  const value = (v: FieldChange['before'], tone: Tone, sign: string) =>
    v === undefined ? [] : indented(typeof v === 'object' && v !== null ? stringify(v) : String(v), tone, `  ${sign}`)
  const head: Line = { tone: 'plain', text: `    ${safe(pathLabel(field.path))}` }
  const { before, after } = field
  // A whole file in one field: what changes in it, not the whole of it twice.
  if (typeof before === 'string' && typeof after === 'string' && before.includes('\n') && after.includes('\n'))
    return [head, ...diffText(before, after, '      ')]
  return [head, ...value(field.before, 'remove', '-'), ...value(field.after, 'add', '+')]
}

const IMPACT_TONE = { info: 'note', warn: 'warn', danger: 'danger' } as const

function impactLines(impacts: readonly Impact[], lang: Lang): Line[] {
  if (impacts.length === 0) return []
  return [
    { tone: 'title', text: 'What it means:' },
    ...impacts.map(
      (i): Line => ({
        tone: IMPACT_TONE[i.level],
        text: `  ${i.level === 'info' ? '-' : '!'} ${i.level === 'danger' ? 'DANGER: ' : ''}${say(i.text, lang, mapParams(i.params))}`,
      }),
    ),
  ]
}

function mapParams(params: Impact['params'] = {}) {
  return Object.fromEntries(Object.entries(params).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
}
