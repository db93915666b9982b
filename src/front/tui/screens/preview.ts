import type { FieldConflict, NodeItem, PreviewItem } from '#model/change.ts'
import { safe, say } from '#model/text.ts'
import { nodesOnce, sameLine } from '#report/guideText.ts'
import { nodeLines } from '#report/nodeText.ts'
import { askApply, askWrite, changing, hasGuide, obstacle } from '../acting.ts'
import { BLANK, hardWrap, heading, type Line, line, paragraph, span, type Tone } from '../lines.ts'
import type { Plan, Screen } from '../nav.ts'
import type { Binding, Ctx, ScreenDef } from '../screen.ts'
import { count } from '../words.ts'
import { diffLines } from './diff.ts'
import { objectLabel } from './facts.ts'
import { fileLines, stepLines } from './guide.ts'

type PreviewScreen = Extract<Screen, { name: 'preview' }>

/** What would change, computed by the server, before anybody says yes. */
export const preview: ScreenDef<PreviewScreen> = {
  crumb: (screen, ctx) => (screen.undo === undefined ? ctx.t('Preview') : ctx.t('Preview of the undo')),
  body: (screen, ctx) => ({ kind: 'text', lines: lines(ctx, screen) }),
  keys: (screen, ctx) => bindings(ctx, screen),
}

function lines(ctx: Ctx, plan: Plan): Line[] {
  const { preview: p } = plan
  const n = changing(p).length
  const why = obstacle(ctx.ui, p)
  const intro = n === 0 && hasGuide(p) ? ctx.t('Files for the nodes, and steps to follow') : extent(ctx, p)
  return [
    line(
      span(intro, undefined, true),
      `  ${ctx.t('on')} `,
      span(safe(p.cluster.name), undefined, true),
      span(`   ${ctx.t('nothing is written yet')}`, 'dim'),
    ),
    ...(why === undefined ? [] : paragraph(`✗ ${ctx.t('Cannot be applied')}: ${why}`, ctx.width, 0, 'warn')),
    ...impacts(ctx, plan),
    ...reversible(ctx, plan),
    ...p.items.flatMap((item) => [BLANK, ...itemLines(ctx, item)]),
  ]
}

/** `2 objects would change, 1 change on a node`. */
function extent(ctx: Ctx, preview: Plan['preview']): string {
  const items = changing(preview)
  const nodes = items.filter((i) => i.kind === 'node').length
  const objects = items.length - nodes
  const parts = [
    ...(objects === 0 ? [] : [count(objects, '{n} object would change', '{n} objects would change', ctx.t)]),
    ...(nodes === 0 ? [] : [count(nodes, '{n} change on a node', '{n} changes on nodes', ctx.t)]),
  ]
  return parts.length === 0 ? ctx.t('Nothing would change') : parts.join(', ')
}

const IMPACT: Record<'info' | 'warn' | 'danger', readonly [string, Tone | undefined]> = {
  info: ['· info:', undefined],
  warn: ['! careful:', 'warn'],
  danger: ['‼ danger:', 'bad'],
}

function impacts(ctx: Ctx, plan: Plan): Line[] {
  return plan.preview.impacts.flatMap((impact) => {
    const [mark, tone] = IMPACT[impact.level]
    const params = Object.fromEntries(Object.entries(impact.params ?? {}).map(([k, v]) => [k, typeof v === 'string' ? safe(v) : v]))
    return paragraph(`${ctx.t(mark)} ${say(impact.text, ctx.lang, params)}`, ctx.width, 0, tone)
  })
}

function reversible(ctx: Ctx, plan: Plan): Line[] {
  if (plan.undo !== undefined) return []
  const { reversible: back } = plan.preview
  if (back === true && hasGuide(plan.preview) && changing(plan.preview).length === 0)
    return [line(span(ctx.t('↺ can be taken back on the nodes; the way back stands before the steps'), 'dim'))]
  if (back === true) return [line(span(ctx.t('↺ can be undone from the journal'), 'dim'))]
  return paragraph(`! ${ctx.t('cannot be undone completely')}: ${say(back, ctx.lang)}`, ctx.width, 0, 'warn')
}

const ACTIONS: Record<'create' | 'update' | 'delete' | 'none', readonly [string, Tone]> = {
  create: ['+ create', 'good'],
  update: ['~ update', 'warn'],
  delete: ['- delete', 'bad'],
  none: ['= already so', 'dim'],
}

function itemLines(ctx: Ctx, item: PreviewItem): Line[] {
  const { t, width } = ctx
  if (item.kind === 'guide')
    return [
      heading(say(item.change.title, ctx.lang)),
      ...nodesOnce(item.nodes ?? []).flatMap(({ node, same }) => toned(ctx, [...nodeLines(node, ctx.lang), ...sameLine(node, same)])),
      ...fileLines(ctx, item.files),
      ...stepLines(ctx, item.change),
    ]
  if (item.kind === 'node') return nodeItemLines(ctx, item)
  const [word, tone] = ACTIONS[item.action]
  const notes: Line[] = [
    ...(item.refused === undefined
      ? []
      : [
          ...paragraph(`✗ ${t('refused')}: ${safe(item.refused.message)}`, width, 2, 'bad'),
          ...paragraph(`→ ${safe(item.refused.hint)}`, width, 2),
        ]),
    ...item.conflicts.flatMap((c) => conflict(ctx, c)),
    ...(item.managedBy === undefined
      ? []
      : paragraph(
          `! ${t('managed by {who}: it would put its own state back; w writes files for its source', { who: safe(item.managedBy) })}`,
          width,
          2,
          'warn',
        )),
    ...item.warnings.flatMap((w) => paragraph(`! ${t('the server warns')}: ${safe(w)}`, width, 2, 'warn')),
  ]
  return [line(span(`${t(word)}  `, tone, true), span(objectLabel(item.ref), undefined, true)), ...notes, ...diffLines(item, width)]
}

const NODE_TONES: Record<ReturnType<typeof nodeLines>[number]['tone'], Tone | undefined> = {
  title: undefined,
  plain: undefined,
  add: 'good',
  remove: 'bad',
  note: 'dim',
  warn: 'warn',
  danger: 'bad',
}

/** What a guard would do on a node; sentences are wrapped at words, YAML keeps its spaces. */
function nodeItemLines(ctx: Ctx, item: NodeItem): Line[] {
  const head = item.change.kind === 'node' ? [heading(say(item.change.title, ctx.lang))] : []
  return [...head, ...toned(ctx, nodeLines(item, ctx.lang))]
}

function toned(ctx: Ctx, lines: ReturnType<typeof nodeLines>): Line[] {
  return lines.flatMap(({ tone, text }): Line[] => {
    if (tone === 'title') return [line(span(text, undefined, true))]
    if (tone === 'add' || tone === 'remove' || tone === 'plain')
      return hardWrap(text, ctx.width - 2).map((part, i) => [span(i === 0 ? part : `    ↳ ${part}`, NODE_TONES[tone])])
    const indent = text.length - text.trimStart().length
    return paragraph(text.trimStart(), ctx.width, indent, NODE_TONES[tone])
  })
}

function conflict(ctx: Ctx, { manager, field }: FieldConflict): Line[] {
  return paragraph(
    `✗ ${ctx.t('conflict: {field} is owned by {manager}', { field: safe(field), manager: safe(manager) })}`,
    ctx.width,
    2,
    'bad',
  )
}

function bindings(ctx: Ctx, screen: PreviewScreen): readonly Binding[] {
  const { t, ui } = ctx
  // Files alone change nothing in the cluster; where objects come with them, the key must not sound as if it did not either.
  const filesOnly = screen.undo === undefined && hasGuide(screen.preview) && changing(screen.preview).length === 0
  const apply: Binding = {
    keys: ['a'],
    show: 'a',
    label: screen.undo !== undefined ? t('undo now') : filesOnly ? t('write the files') : t('apply'),
    help: filesOnly ? t('asks for a folder, writes the files, and notes it in the journal') : t('asks once more, then changes the cluster'),
    run: () => askApply(ui, screen),
  }
  const write: Binding = {
    keys: ['w'],
    show: 'w',
    label: t('write to folder'),
    help: t('as files only, without a journal entry'),
    run: () => askWrite(ui, screen.preview),
  }
  return screen.undo === undefined ? [apply, write] : [apply]
}
