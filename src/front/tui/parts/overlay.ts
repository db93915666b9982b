import { safe, safeLines } from '#model/text.ts'
import { commands, findCommands } from '../commands.ts'
import { textEditor } from '../form/draw.ts'
import { BLANK, type Line, line, pad, paragraph, span } from '../lines.ts'
import { clamp } from '../nav.ts'
import type { Ctx } from '../screen.ts'
import type { Dialog } from '../ui.ts'

/** A dialog as lines, drawn in place of the body. */
export function dialogLines(ctx: Ctx, dialog: Dialog): Line[] {
  const inner = Math.min(ctx.width - 6, 90)
  const content =
    dialog.kind === 'notice'
      ? notice(ctx, dialog, inner)
      : dialog.kind === 'confirm'
        ? confirm(ctx, dialog, inner)
        : prompt(ctx, dialog, inner)
  const title = line(span(dialog.title, dialog.kind === 'prompt' ? 'info' : 'warn', true))
  return [BLANK, ...[title, BLANK, ...content].map((l): Line => [span('   '), ...l])]
}

function chosen(text: string, here: boolean): Line {
  return here ? [span('› ', 'info', true), { text: `[ ${text} ]`, inverse: true, bold: true }] : [span(`  [ ${text} ]`)]
}

function notice(ctx: Ctx, dialog: Extract<Dialog, { kind: 'notice' }>, width: number): Line[] {
  const room = Math.max(3, ctx.height - 8)
  const hint = dialog.hint === undefined ? [] : paragraph(`→ ${safeLines(dialog.hint)}`, width)
  return [
    ...paragraph(safeLines(dialog.text), width).slice(0, Math.max(2, room - hint.length)),
    ...(hint.length === 0 ? [] : [BLANK, ...hint]),
    BLANK,
    chosen(ctx.t('OK'), true),
  ]
}

function confirm(ctx: Ctx, dialog: Extract<Dialog, { kind: 'confirm' }>, width: number): Line[] {
  const { t } = ctx
  const { typed } = dialog
  const name: Line[] =
    typed === undefined
      ? []
      : [
          BLANK,
          ...paragraph(
            t('This changes the whole cluster. Type its name to go on: {name}', { name: safe(typed.expected) }),
            width,
            0,
            'warn',
          ),
          line(span('> ', 'info', true), span(safe(typed.text)), { text: ' ', inverse: true }),
          typed.wrong === true ? line(span(t('✗ That is not the name.'), 'bad')) : BLANK,
        ]
  const buttons = [...chosen(t('Cancel'), dialog.focus === 'cancel'), span('  '), ...chosen(dialog.yes, dialog.focus === 'yes')]
  return [...dialog.lines, ...name, BLANK, buttons, BLANK, line(span(t('Tab or ← →: choose   Enter: do it   Esc: cancel'), 'dim'))]
}

function prompt(ctx: Ctx, dialog: Extract<Dialog, { kind: 'prompt' }>, width: number): Line[] {
  return [
    ...paragraph(dialog.help, width, 0, 'dim'),
    BLANK,
    [span('> ', 'info', true), ...textEditor(dialog.text, dialog.at, width - 2)],
    BLANK,
    line(span(ctx.t('Enter: go on   Esc: cancel'), 'dim')),
  ]
}

/** The command palette as lines: what is typed, and what it finds. */
export function paletteLines(ctx: Ctx, palette: { readonly text: string; readonly cursor: number }): Line[] {
  const found = findCommands(commands(ctx), palette.text)
  const height = ctx.height - 3
  const cursor = clamp(palette.cursor, found.length)
  const first = Math.max(0, Math.min(cursor - Math.floor(height / 2), found.length - height))
  const rows = found.slice(first, first + height).map((c, i): Line => {
    const text = `${pad(safe(c.name), 32)} ${pad(safe(c.about), ctx.width - 36)}`
    return first + i === cursor
      ? [
          { text: '› ', inverse: true, bold: true },
          { text, inverse: true },
        ]
      : line('  ', text)
  })
  return [
    line(
      span(':', 'info', true),
      span(safe(palette.text)),
      { text: ' ', inverse: true },
      span(`   ${ctx.t('Enter goes there, Esc closes')}`, 'dim'),
    ),
    BLANK,
    ...(rows.length === 0 ? [line(span(ctx.t('Nothing matches “{text}”.', { text: palette.text }), 'dim'))] : rows),
  ]
}
