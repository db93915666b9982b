import { AREA_TITLES, AREAS } from '#model/areas.ts'
import { say } from '#model/text.ts'
import * as act from './actions.ts'
import { matching } from './filter.ts'
import type { Screen } from './nav.ts'
import type { Ctx } from './screen.ts'

/** Something the palette can do, by name. */
export interface Command {
  readonly name: string
  readonly about: string
  readonly run: () => void
}

/** Every verb, area, wizard and check that can be gone to from here. */
export function commands(ctx: Ctx): readonly Command[] {
  const { ui, t } = ctx
  const quit: Command = { name: 'quit', about: t('leave kubeharden'), run: () => act.quit(ui) }
  const contexts: Command = { name: 'contexts', about: t('choose another cluster'), run: () => act.contexts(ui) }
  const { ready } = ctx
  const jump = (screen: Screen | undefined) => screen !== undefined && ui.go({ do: 'jump', screen })
  const to = (screen: Screen) => () => act.whenSaved(ui, () => jump(screen))
  if (ready === undefined) return [contexts, quit]
  const verbs: Command[] = [
    { name: 'overview', about: t('where the cluster stands'), run: () => act.whenSaved(ui, () => ui.go({ do: 'home' })) },
    { name: 'journal', about: t('what was changed, and undo'), run: to({ name: 'journal' }) },
    { name: 'wizards', about: t('every wizard'), run: to({ name: 'wizards' }) },
    { name: 'refresh', about: t('read the cluster again'), run: () => void act.refresh(ui) },
    ...(ready.source === 'practice'
      ? []
      : [{ name: 'evidence', about: t('import the evidence of a node'), run: () => act.askEvidence(ui) }]),
    { name: 'snapshot', about: t('save what was read as a file'), run: () => act.askSnapshot(ui) },
    contexts,
    quit,
  ]
  const { checks } = ready.assessment
  const areas = AREAS.filter((a) => checks.some((c) => c.area === a)).map(
    (area): Command => ({
      name: area,
      about: say(AREA_TITLES[area], ctx.lang),
      run: to({ name: 'area', area }),
    }),
  )
  const wizards = ui.session.wizards.map(
    (w): Command => ({
      name: w.id,
      about: `${t('wizard')}: ${say(w.title, ctx.lang)}`,
      run: () => act.whenSaved(ui, () => jump(act.wizardForm(ui, w.id))),
    }),
  )
  const all = checks.map(
    (c): Command => ({
      name: c.id,
      about: say(c.title, ctx.lang),
      run: to({ name: 'check', check: c.id }),
    }),
  )
  return [...verbs, ...areas, ...wizards, ...all]
}

/** Commands that match, those whose name starts with what was typed first. */
export function findCommands(all: readonly Command[], text: string): readonly Command[] {
  const found = matching(all, text, (c) => `${c.name} ${c.about}`)
  const typed = text.trim().toLowerCase()
  const starts = (c: Command) => typed !== '' && c.name.startsWith(typed)
  return [...found.filter(starts), ...found.filter((c) => !starts(c))]
}
