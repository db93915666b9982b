import { say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import * as act from '../actions.ts'
import { BLANK, line, pad, span } from '../lines.ts'
import type { Screen } from '../nav.ts'
import type { Ctx, ScreenDef } from '../screen.ts'

type WizardsScreen = Extract<Screen, { name: 'wizards' }>

/** A choice among wizards: those that fix a check, or all. */
export const wizards: ScreenDef<WizardsScreen> = {
  crumb: (_screen, ctx) => ctx.t('Wizards'),
  body: (screen, ctx) => {
    const some = screen.check === undefined ? ctx.ui.session.wizards : ctx.ui.session.wizardsFor(screen.check)
    return {
      kind: 'list',
      head: [line(span(ctx.t('Which one?'), undefined, true)), BLANK],
      about: 4,
      groups: [{ rows: some.map((w) => row(ctx, screen, w)) }],
      empty: ctx.t('No wizard matches.'),
    }
  },
  keys: () => [],
}

function row(ctx: Ctx, screen: WizardsScreen, wizard: Wizard) {
  const title = say(wizard.title, ctx.lang)
  return {
    search: () => `${title} ${wizard.id}`,
    draw: (width: number) => [span(pad(title, Math.max(20, width - 24))), span(` ${wizard.id}`, 'dim')],
    about: say(wizard.summary, ctx.lang),
    open: () => act.openWizard(ctx.ui, wizard.id, screen.finding),
  }
}
