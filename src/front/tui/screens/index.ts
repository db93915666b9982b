import type { Key } from '../input.ts'
import type { Frame, Screen } from '../nav.ts'
import type { Binding, Body, Ctx, ScreenDef } from '../screen.ts'
import { apply } from './apply.ts'
import { area } from './area.ts'
import { check } from './check.ts'
import { finding } from './finding.ts'
import { form } from './form.ts'
import { help, helpBody } from './help.ts'
import { home } from './home.ts'
import { journal } from './journal.ts'
import { preview } from './preview.ts'
import { result } from './result.ts'
import { run } from './run.ts'
import { wizards } from './wizards.ts'

const SCREENS: { readonly [N in Screen['name']]: ScreenDef<Extract<Screen, { name: N }>> } = {
  home,
  area,
  check,
  finding,
  wizards,
  form,
  preview,
  apply,
  result,
  journal,
  run,
  help,
}

function defOf(screen: Screen): ScreenDef<Screen> {
  return SCREENS[screen.name] as ScreenDef<Screen>
}

/** The frame that a help screen explains. */
function below(ctx: Ctx): Ctx {
  const frame: Frame | undefined = ctx.ui.state().nav.at(-2)
  return frame === undefined ? ctx : { ...ctx, frame }
}

export function crumbOf(ctx: Ctx): string {
  return defOf(ctx.frame.screen).crumb(ctx.frame.screen, ctx)
}

export function bodyOf(ctx: Ctx): Body {
  if (ctx.frame.screen.name !== 'help') return defOf(ctx.frame.screen).body(ctx.frame.screen, ctx)
  const explained = below(ctx)
  return helpBody(ctx, crumbOf(explained), keysOf(explained))
}

export function keysOf(ctx: Ctx): readonly Binding[] {
  return defOf(ctx.frame.screen).keys(ctx.frame.screen, ctx)
}

export function typeInto(ctx: Ctx, key: Key): boolean {
  return defOf(ctx.frame.screen).type?.(ctx.frame.screen, ctx, key) ?? false
}

export function pasteInto(ctx: Ctx, text: string): void {
  defOf(ctx.frame.screen).paste?.(ctx.frame.screen, ctx, text)
}
