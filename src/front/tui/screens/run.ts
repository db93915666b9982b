import type { JournalRun } from '#model/journal.ts'
import { safe } from '#model/text.ts'
import { BLANK, heading, type Line, labelled, line, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Ctx, ScreenDef } from '../screen.ts'
import { when } from '../words.ts'
import { entryLines } from './apply.ts'
import { fieldLines } from './diff.ts'
import { canUndo, runState, runTitle, undoKey } from './journal.ts'
import { isTurned, verifiedLines } from './verified.ts'

type RunScreen = Extract<Screen, { name: 'run' }>

function runOf(ctx: Ctx, screen: RunScreen): JournalRun | undefined {
  return ctx.ready?.runs.find((r) => r.id === screen.run)
}

/** One run of the journal with every change it made. */
export const run: ScreenDef<RunScreen> = {
  crumb: (screen, ctx) => {
    const found = runOf(ctx, screen)
    return found === undefined ? safe(screen.run) : when(found.startedAt)
  },
  body: (screen, ctx) => {
    const found = runOf(ctx, screen)
    return { kind: 'text', lines: found === undefined ? [line(ctx.t('This run is no longer in the journal.'))] : lines(ctx, found) }
  },
  keys: (screen, ctx) => {
    const found = runOf(ctx, screen)
    return found !== undefined && canUndo(found) ? [undoKey(ctx, found)] : []
  },
}

function lines(ctx: Ctx, found: JournalRun): Line[] {
  const label = (name: string, value: string | undefined) => (value === undefined ? [] : labelled(ctx.t(name), safe(value), ctx.width))
  const turned = found.verification?.checks.filter(isTurned) ?? []
  return [
    line(span(runTitle(ctx, found), undefined, true), '   ', runState(ctx, found)),
    ...label('Who', found.who),
    ...label('Started', when(found.startedAt)),
    ...label('Ended', found.endedAt === undefined ? undefined : when(found.endedAt)),
    ...label('Cluster', found.cluster.name),
    ...(turned.length === 0 ? [] : [BLANK, heading(ctx.t('Checks, before and after')), ...verifiedLines(ctx, turned)]),
    BLANK,
    heading(ctx.t('Changes')),
    ...found.entries.flatMap((e) => [
      ...entryLines(ctx, e),
      ...fieldLines(e.fields, ctx.width),
      ...(e.files ?? []).map((f) => line(`  ${safe(f)}`)),
    ]),
  ]
}
