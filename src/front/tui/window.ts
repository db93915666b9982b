import { matching } from './filter.ts'
import { BLANK, clip, type Line, pad, span, widthOf, wrap } from './lines.ts'
import { clamp } from './nav.ts'
import type { Body, Ctx, Row } from './screen.ts'

type ListBody = Extract<Body, { kind: 'list' }>

/** What of a body is on the screen, and how far a cursor can go in it. */
export interface Shown {
  readonly lines: readonly Line[]
  /** Rows of a list, or first lines of a text: the cursor is below this. */
  readonly count: number
  readonly selected: Row | undefined
  /** `3/12`, or how much of a text has been read; empty where all is visible. */
  readonly place: string
}

/** Rows that pass the filter, in order. */
export function rowsOf(body: ListBody, filter: string): readonly Row[] {
  return matching(
    body.groups.flatMap((g) => g.rows),
    filter,
    (r) => r.search(),
  )
}

/** The part of a body that fits; only rows that are visible are drawn. */
export function show(body: Body, ctx: Ctx): Shown {
  if (body.kind === 'list') return showList(body, ctx)
  if (body.kind === 'text') return showText(body.lines, ctx)
  const height = ctx.height - body.foot.length - (body.foot.length > 0 ? 1 : 0)
  const [from, to] = body.focus
  const first = Math.max(0, Math.min(from - Math.floor((height - (to - from)) / 2), body.lines.length - height))
  const start = Math.min(first, from)
  const lines = filled(body.lines.slice(start, start + height), height)
  const foot = body.foot.length === 0 ? [] : [[span('─'.repeat(ctx.width), 'dim')], ...body.foot]
  const hidden = body.lines.length > height
  return { lines: [...lines, ...foot], count: 1, selected: undefined, place: hidden ? percent(start, body.lines.length - height) : '' }
}

function filled(lines: readonly Line[], height: number): Line[] {
  return [...lines, ...Array.from({ length: Math.max(0, height - lines.length) }, () => BLANK)]
}

function percent(first: number, last: number): string {
  return first >= last ? '100%' : `${Math.round((first / Math.max(1, last)) * 100)}% ↓`
}

function showText(lines: readonly Line[], ctx: Ctx): Shown {
  const last = Math.max(0, lines.length - ctx.height)
  const first = clamp(ctx.frame.cursor, last + 1)
  return {
    lines: filled(lines.slice(first, first + ctx.height), ctx.height),
    count: last + 1,
    selected: undefined,
    place: last === 0 ? '' : percent(first, last),
  }
}

type Entry = { readonly title: string } | { readonly row: Row; readonly index: number }

/** Titles and rows of the groups that still have rows after the filter. */
function entriesOf(body: ListBody, rows: readonly Row[]): Entry[] {
  const kept = new Set(rows)
  const entries: Entry[] = []
  let index = 0
  for (const group of body.groups) {
    const inGroup = group.rows.filter((r) => kept.has(r))
    if (inGroup.length === 0) continue
    if (group.title !== undefined) entries.push({ title: `${group.title} (${inGroup.length})` })
    for (const row of inGroup) entries.push({ row, index: index++ })
  }
  return entries
}

function showList(body: ListBody, ctx: Ctx): Shown {
  const rows = rowsOf(body, ctx.frame.filter)
  const cursor = clamp(ctx.frame.cursor, rows.length)
  const selected = rows[cursor]
  const about = body.about === undefined || ctx.height < 14 ? [] : aboutLines(selected, body.about, ctx.width)
  const head = body.head.slice(0, Math.max(0, ctx.height - about.length - 5))
  const height = ctx.height - head.length - about.length
  if (rows.length === 0) {
    const empty: Line = [
      span(
        ctx.frame.filter === '' && rows.length === 0 && body.groups.every((g) => g.rows.length === 0)
          ? body.empty
          : ctx.t('Nothing matches “{text}”.', { text: ctx.frame.filter }),
        'dim',
      ),
    ]
    return { lines: filled([...head, empty], ctx.height), count: 0, selected: undefined, place: '0' }
  }
  const entries = entriesOf(body, rows)
  const at = entries.findIndex((e) => 'row' in e && e.index === cursor)
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), entries.length - height))
  const visible = entries.slice(first, first + height).map((e) => entryLine(e, cursor, ctx.width))
  return { lines: [...head, ...filled(visible, height), ...about], count: rows.length, selected, place: `${cursor + 1}/${rows.length}` }
}

function entryLine(entry: Entry, cursor: number, width: number): Line {
  if ('title' in entry) return [span(entry.title, 'info', true)]
  const spans = entry.row.draw(width - 2)
  if (entry.index !== cursor) return [span('  '), ...spans]
  const rest = Math.max(0, width - 2 - widthOf(spans))
  return [
    { text: '› ', bold: true, inverse: true },
    ...spans.map((s) => ({ text: s.text, inverse: true, ...(s.bold === true ? { bold: true } : {}) })),
    { text: ' '.repeat(rest), inverse: true },
  ]
}

function aboutLines(selected: Row | undefined, height: number, width: number): Line[] {
  const wrapped = selected?.about === undefined ? [] : wrap(selected.about, width)
  const cut = wrapped.length > height ? [...wrapped.slice(0, height - 1), clip(`${wrapped[height - 1] ?? ''} …`, width)] : wrapped
  return [
    [span('─'.repeat(width), 'dim')],
    ...filled(
      cut.map((l): Line => [span(pad(l, width), 'dim')]),
      height,
    ),
  ]
}
