import * as act from './actions.ts'
import { commands, findCommands } from './commands.ts'
import { dialogKey } from './dialogs.ts'
import { isCharacter, type Key } from './input.ts'
import { clamp } from './nav.ts'
import type { Body, Ctx } from './screen.ts'
import { bodyOf, keysOf, pasteInto, typeInto } from './screens/index.ts'
import type { Ui } from './ui.ts'
import { dirtyForm } from './unsaved.ts'
import { type Shown, show } from './window.ts'

/** One key: to the dialog, the palette, the filter, the screen, and last to what works everywhere. */
export function press(ui: Ui, ctxOf: () => Ctx | undefined, key: Key): void {
  const { dialog, palette, busy, toast } = ui.state()
  const ctx = ctxOf()
  if (key === 'ctrl-c') act.interrupt(ui)
  else if (ctx === undefined) tooSmallKey(ui, key)
  else if (busy !== undefined) {
    if (key === 'esc') busy.abort.abort()
  } else if (dialog !== undefined) dialogKey(ui, dialog, key)
  else if (key === 'f1') openHelp(ctx)
  else if (palette !== undefined) paletteKey(ctx, palette, key)
  else if (ctx.frame.filtering) filterKey(ctx, key)
  else {
    if (toast !== undefined) ui.set({ toast: undefined })
    if (!typeInto(ctx, key)) screenKey(ctx, key)
  }
}

/** Help also where ? is text. An apply keeps its screen: its result takes that screen's place. */
function openHelp({ ui, frame }: Ctx): void {
  if (frame.screen.name === 'help' || frame.screen.name === 'apply') return
  if (frame.filtering) ui.go({ do: 'filter', text: frame.filter, typing: false })
  ui.set({ palette: undefined, toast: undefined })
  ui.go({ do: 'push', screen: { name: 'help' } })
}

/** Where no question could be read, only leaving works, and only where nothing would be lost. */
function tooSmallKey(ui: Ui, key: Key): void {
  if (key === 'q' && dirtyForm(ui.state().nav) === undefined) ui.exit(0)
}

function screenKey(ctx: Ctx, key: Key): void {
  const body = bodyOf(ctx)
  const shown = show(body, ctx)
  const binding = keysOf(ctx).find((b) => b.keys.includes(key))
  if (key === 'esc' && ctx.frame.filter !== '') ctx.ui.go({ do: 'filter', text: '', typing: false })
  else if (binding !== undefined) binding.run(shown.selected)
  else if (!move(ctx, body, shown, key) && ctx.frame.screen.name !== 'apply') anywhere(ctx, body, key)
}

/** Pasted text, where something takes text. */
export function pasted(ui: Ui, ctxOf: () => Ctx | undefined, text: string): void {
  const { dialog, palette, busy } = ui.state()
  const ctx = ctxOf()
  if (ctx === undefined || busy !== undefined) return
  const typing = dialog !== undefined || palette !== undefined || ctx.frame.filtering
  if (!typing) pasteInto(ctx, text)
  else for (const character of text.replaceAll(/[\r\n\t]+/g, ' ').trim()) press(ui, ctxOf, character)
}

function move(ctx: Ctx, body: Body, shown: Shown, key: Key): boolean {
  const page = Math.max(1, ctx.height - (body.kind === 'list' ? body.head.length + 2 : 2))
  const by: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pgup: -page,
    pgdn: page,
    'ctrl-u': -page,
    'ctrl-d': page,
    home: -Infinity,
    g: -Infinity,
    end: Infinity,
    G: Infinity,
    ...(body.kind === 'text' ? { ' ': page } : {}),
  }
  const steps = by[key]
  if (steps !== undefined) ctx.ui.go({ do: 'move', by: steps, count: shown.count })
  else if (key === 'enter' && body.kind === 'list') shown.selected?.open?.()
  else return false
  return true
}

function anywhere(ctx: Ctx, body: Body, key: Key): void {
  const { ui, frame } = ctx
  const ready = ctx.ready !== undefined
  if (key === 'esc') ui.go({ do: 'pop' })
  else if (key === 'q') act.quit(ui)
  else if (key === '?') openHelp(ctx)
  else if (key === ':') ui.set({ palette: { text: '', cursor: 0 } })
  else if (key === '/' && body.kind === 'list') ui.go({ do: 'filter', text: frame.filter, typing: true })
  else if (key === 'r' && ready) void act.refresh(ui)
  else if (key === 'J' && ready && frame.screen.name !== 'journal') ui.go({ do: 'push', screen: { name: 'journal' } })
}

/** While a filter is typed: arrows move, Enter keeps it and opens nothing, Esc clears it. */
function filterKey(ctx: Ctx, key: Key): void {
  const { ui, frame } = ctx
  const text = frame.filter
  if (key === 'esc') ui.go({ do: 'filter', text: '', typing: false })
  else if (key === 'enter') ui.go({ do: 'filter', text, typing: false })
  else if (key === 'backspace') ui.go({ do: 'filter', text: [...text].slice(0, -1).join(''), typing: text !== '' })
  else if (key === 'ctrl-u') ui.go({ do: 'filter', text: '', typing: true })
  else if (key === 'up' || key === 'down') move(ctx, bodyOf(ctx), show(bodyOf(ctx), ctx), key)
  else if (isCharacter(key)) ui.go({ do: 'filter', text: text + key, typing: true })
}

function paletteKey(ctx: Ctx, palette: { text: string; cursor: number }, key: Key): void {
  const { ui } = ctx
  const { text, cursor } = palette
  const found = findCommands(commands(ctx), text)
  if (key === 'esc') ui.set({ palette: undefined })
  else if (key === 'enter') {
    ui.set({ palette: undefined })
    found[clamp(cursor, found.length)]?.run()
  } else if (key === 'up') ui.set({ palette: { text, cursor: clamp(cursor - 1, found.length) } })
  else if (key === 'down' || key === 'tab') ui.set({ palette: { text, cursor: clamp(cursor + 1, found.length) } })
  else if (key === 'backspace') ui.set({ palette: text === '' ? undefined : { text: [...text].slice(0, -1).join(''), cursor: 0 } })
  else if (key === 'ctrl-u') ui.set({ palette: { text: '', cursor: 0 } })
  else if (isCharacter(key)) ui.set({ palette: { text: text + key, cursor: 0 } })
}
