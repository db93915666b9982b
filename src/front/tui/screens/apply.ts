import type { JournalEntry } from '#model/journal.ts'
import { safe } from '#model/text.ts'
import { BLANK, clip, type Line, line, pad, paragraph, span, type Tone } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Ctx, ScreenDef } from '../screen.ts'
import { bar, objectLabel } from './facts.ts'

type ApplyScreen = Extract<Screen, { name: 'apply' }>

/** Each entry as it is done. */
export const apply: ScreenDef<ApplyScreen> = {
  crumb: (screen, ctx) => (screen.undo === undefined ? ctx.t('Applying') : ctx.t('Undoing')),
  body: (screen, ctx) => {
    const done = screen.entries.filter((e) => e.state === 'done' || e.state === 'undone').length
    const lines: Line[] = [
      [...bar(screen.total === 0 ? 0 : (done / screen.total) * 100, 30), span(`  ${done}/${screen.total}`)],
      line(
        screen.stopping === true
          ? span(ctx.t('Stopping after the request under way …'), 'warn')
          : done >= screen.total
            ? span(ctx.t('Reading the cluster again, to prove it …'), 'dim')
            : span(ctx.t('Each change is in the journal before it is sent.'), 'dim'),
      ),
      BLANK,
      ...screen.entries.flatMap((e) => entryLines(ctx, e)),
      ...(screen.notes ?? []).flatMap((note) => paragraph(safe(note), ctx.width, 4, 'dim')),
    ]
    return { kind: 'focus', lines, focus: [lines.length - 1, lines.length - 1], foot: [] }
  },
  keys: (_screen, ctx) => [
    {
      keys: [],
      show: 'Ctrl-C',
      label: ctx.t('stop'),
      help: ctx.t('stops before the next change; what was done is told and can be undone'),
      run: () => undefined,
    },
  ],
}

const STATES: Record<JournalEntry['state'], readonly [string, Tone | undefined]> = {
  planned: ['· planned', 'dim'],
  sent: ['… sent', 'info'],
  done: ['✓ done', 'good'],
  failed: ['✗ failed', 'bad'],
  'not-done': ['– not done', 'warn'],
  undone: ['↺ undone', 'info'],
}

/** An entry of the journal: state, action, object, and its error. */
export function entryLines(ctx: Ctx, entry: JournalEntry): Line[] {
  const [word, tone] = STATES[entry.state]
  return [
    line(span(pad(ctx.t(word), 12), tone), pad(ctx.t(entry.action), 8), span(clip(objectLabel(entry.ref), ctx.width - 20))),
    ...(entry.error === undefined ? outcomeLines(ctx, entry) : errorLines(ctx, entry.error)),
  ]
}

/** How a change on a node ended, as the node said it. */
function outcomeLines(ctx: Ctx, { node }: JournalEntry): Line[] {
  if (node?.outcome === undefined) return []
  const { state, detail, seconds } = node.outcome
  return paragraph(`${ctx.t(state)}, ${Math.round(seconds)} s: ${safe(detail)}`, ctx.width, 12, 'dim')
}

function errorLines(ctx: Ctx, error: string): Line[] {
  return paragraph(safe(error), ctx.width, 12, 'bad')
}
