import { BLANK, heading, type Line, pad, span, wrap } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Binding, Body, Ctx, ScreenDef } from '../screen.ts'

/** The keys that work on every screen that is not a form. */
export function everywhere(ctx: Ctx): readonly (readonly [string, string])[] {
  const { t } = ctx
  return [
    ['↑ ↓  j k', t('move, or scroll')],
    ['PgUp PgDn', t('a page; Space goes a page down in texts')],
    ['g G  Home End', t('to the start, to the end')],
    ['Enter', t('open')],
    ['Esc', t('back; clears a filter first')],
    ['/', t('filter a list; Enter keeps it, Esc clears it')],
    [':', t('go to any screen, check or wizard by name')],
    ['r', t('read the cluster again')],
    ['J', t('journal')],
    ['?  F1', t('this help; F1 also where ? is text')],
    ['q', t('quit; asks only where answers would be lost')],
    ['Ctrl-C', t('leave at once; during an apply: stop')],
    ['Ctrl-Z', t('back to the shell until fg')],
  ]
}

/** The help of a screen: its own keys from the table that the footer uses, then those that work everywhere. */
export function helpBody(ctx: Ctx, below: string, keys: readonly Binding[]): Body {
  const row = (show: string, words: string): Line[] =>
    wrap(words, ctx.width - 17).map((l, i) => [span(`  ${pad(i === 0 ? show : '', 15)}`, 'info', true), span(l)])
  const own = keys.flatMap((k) => row(k.show, k.help ?? k.label))
  return {
    kind: 'text',
    lines: [
      ...(own.length === 0 ? [] : [heading(ctx.t('On this screen: {name}', { name: below })), ...own, BLANK]),
      heading(ctx.t('Everywhere')),
      ...everywhere(ctx).flatMap(([show, words]) => row(show, words)),
      BLANK,
      heading(ctx.t('Words')),
      ...row('✗ fail', ctx.t('seen, and not as it should be')),
      ...row('? unknown', ctx.t('could not be seen; never counts as pass')),
      ...row('• manual', ctx.t('no program can see it; t attests it')),
      ...row('~ accepted', ctx.t('a risk somebody took on, until a day')),
      ...row(ctx.t('seen'), ctx.t('share of the checks that could be decided')),
    ],
  }
}

/** Drawn from what lies below it, see `screens/index.ts`. */
export const help: ScreenDef<Extract<Screen, { name: 'help' }>> = {
  crumb: (_screen, ctx) => ctx.t('Help'),
  body: (_screen, ctx) => helpBody(ctx, '', []),
  keys: () => [],
}
