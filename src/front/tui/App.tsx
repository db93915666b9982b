import type { EventEmitter } from 'node:events'
import { Box, useApp, useInput, usePaste, useStdin, useWindowSize } from 'ink'
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { isF1, keysOf as keysOfInput } from './input.ts'
import { pasted, press } from './keys.ts'
import { clip, clipLine, type Line, span } from './lines.ts'
import { top } from './nav.ts'
import { crumbLine, footerLine, headerLine, shownKeys, statusLine } from './parts/frame.ts'
import { ColourContext, Lines } from './parts/LineView.tsx'
import { dialogLines, paletteLines } from './parts/overlay.ts'
import type { Ctx } from './screen.ts'
import { bodyOf, crumbOf, keysOf } from './screens/index.ts'
import type { Ui } from './ui.ts'
import { show } from './window.ts'

interface Size {
  readonly columns: number
  readonly rows: number
}

export const SMALLEST: Size = { columns: 60, rows: 16 }

/** Lines around the body: header, crumbs, rule, status, keys. */
const AROUND = 5

/** What the screens are drawn from; undefined where the terminal is too small for them. */
export function contextOf(ui: Ui, size: Size): Ctx | undefined {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return undefined
  const view = ui.session.view()
  const frame = top(ui.state().nav)
  const height = size.rows - AROUND
  return { ui, view, ready: view.phase === 'ready' ? view : undefined, frame, lang: ui.options.lang, t: ui.t, width: size.columns, height }
}

/** The whole screen as lines; pure but for reading the session. */
export function screenLines(ctx: Ctx): Line[] {
  const { ui } = ctx
  const state = ui.state()
  const body = bodyOf(ctx)
  const shown = show(body, ctx)
  const lines =
    state.dialog !== undefined
      ? dialogLines(ctx, state.dialog)
      : state.palette !== undefined
        ? paletteLines(ctx, state.palette)
        : shown.lines
  const crumbs = state.nav.map((frame) => crumbOf({ ...ctx, frame }))
  const filled = [...lines.slice(0, ctx.height), ...Array.from({ length: Math.max(0, ctx.height - lines.length) }, (): Line => [])]
  const covered = state.dialog !== undefined || state.palette !== undefined
  return [
    headerLine(ctx, ui.options.version),
    crumbLine(ctx, crumbs, covered ? '' : shown.place),
    [span('─'.repeat(ctx.width), 'dim')],
    ...filled.map((l) => clipLine(l, ctx.width)),
    statusLine(ctx, state),
    covered ? [] : footerLine(ctx, shownKeys(keysOf(ctx), shown.selected), body.kind === 'list'),
  ]
}

function tooSmall(ui: Ui, size: Size): Line[] {
  const words = ui.t('terminal too small ({w}x{h}), needs {mw}x{mh}', {
    w: size.columns,
    h: size.rows,
    mw: SMALLEST.columns,
    mh: SMALLEST.rows,
  })
  return [[span(clip(words, size.columns), 'warn', true)], [span(clip(ui.t('Make it larger, or press q to quit.'), size.columns))]]
}

/** Ctrl-Z: gives the terminal back to the shell until `fg`. Not for an apply: it would stop with a request under way. */
async function suspend(suspendTerminal: ReturnType<typeof useApp>['suspendTerminal']): Promise<void> {
  if (process.stdin.isTTY !== true || process.platform === 'win32') return
  await suspendTerminal(async () => {
    // A signal handler alone does not keep the process alive, and the terminal is not read while it is away.
    const alive = setInterval(() => undefined, 60_000)
    const resumed = new Promise<void>((resolve) => process.once('SIGCONT', () => resolve()))
    process.kill(0, 'SIGTSTP')
    await resumed
    clearInterval(alive)
  })
}

/** Ink tells `useInput` nothing of function keys; what the terminal sent passes through its emitter. */
function useF1(pressed: () => void): void {
  const { internal_eventEmitter: sent } = useStdin() as { readonly internal_eventEmitter?: EventEmitter }
  const onInput = useEffectEvent((sequence: unknown) => {
    if (isF1(sequence)) pressed()
  })
  useEffect(() => {
    const listen = (sequence: unknown) => onInput(sequence)
    sent?.on('input', listen)
    return () => {
      sent?.off('input', listen)
    }
  }, [sent])
}

export function App({ ui, color }: { readonly ui: Ui; readonly color: boolean }) {
  const size = useWindowSize()
  const { suspendTerminal } = useApp()
  useSyncExternalStore(ui.subscribe, ui.state)
  useSyncExternalStore(
    (listener) => ui.session.subscribe(listener),
    () => ui.session.view(),
  )
  const ctxNow = () => contextOf(ui, size)
  useInput((input, key) => {
    for (const k of keysOfInput(input, key)) {
      if (k === 'ctrl-z' && ui.applying === undefined) void suspend(suspendTerminal)
      else press(ui, ctxNow, k)
    }
  })
  useF1(() => press(ui, ctxNow, 'f1'))
  usePaste((text) => pasted(ui, ctxNow, text))
  const ctx = ctxNow()
  const lines = ctx === undefined ? tooSmall(ui, size) : screenLines(ctx)
  return (
    <ColourContext value={color}>
      <Box flexDirection="column" height={size.rows} width={size.columns} overflow="hidden">
        <Lines lines={lines} width={size.columns} height={size.rows} />
      </Box>
    </ColourContext>
  )
}
