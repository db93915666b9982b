import type { Ready } from '#session/types.ts'
import { areaMenu } from './area.ts'
import { checkScreen } from './check.ts'
import { watching } from './connect.ts'
import { journalMenu } from './journal.ts'
import { printBanner, printOverview } from './overview.ts'
import type { Choice } from './prompter.ts'
import { Leave } from './prompter.ts'
import { recordMenu } from './record.ts'
import { attempt, ready, type Ui } from './ui.ts'
import { wizardMenu, wizardScreen } from './wizard.ts'
import { whereAmI } from './words.ts'

type Item = 'next' | 'areas' | 'wizards' | 'overview' | 'journal' | 'refresh' | 'record' | 'snapshot' | 'leave' | 'quit'

/** The main menu of a connected cluster; returns when the operator leaves it for another. */
export async function home(ui: Ui): Promise<void> {
  printBanner(ui, ready(ui))
  printOverview(ui, ready(ui))
  const first = ready(ui).assessment.overall.score
  for (;;) {
    const view = ui.session.view()
    if (view.phase !== 'ready') return
    const choices = items(ui, view)
    ui.out.line()
    const item = await ui.ask.select<Item>({
      message: ui.t('{where}: what next?', { where: whereAmI(view) }),
      choices,
      default: choices[0]?.value ?? 'areas',
      back: false,
    })
    if (item === 'quit') throw new Leave('quit')
    await attempt(ui, () => run(ui, item, first))
  }
}

function items(ui: Ui, view: Ready): readonly Choice<Item>[] {
  const { t } = ui
  return [
    ...(view.next === undefined ? [] : [{ value: 'next' as const, label: t('Next best step') }]),
    { value: 'areas', label: t('Open an area of the checklist') },
    { value: 'wizards', label: t('Choose a wizard') },
    { value: 'overview', label: t('Show the overview again') },
    { value: 'journal', label: t('Journal and undo ({n})', { n: view.runs.length }) },
    { value: 'refresh', label: t('Read the cluster again') },
    { value: 'record', label: t('Accept a risk or attest a manual item') },
    { value: 'snapshot', label: t('Save a snapshot') },
    { value: 'leave', label: t('Choose another cluster') },
    { value: 'quit', label: t('Quit') },
  ]
}

async function run(ui: Ui, item: Exclude<Item, 'quit'>, first: number | undefined): Promise<void> {
  switch (item) {
    case 'next':
      return nextStep(ui)
    case 'areas':
      return areaMenu(ui)
    case 'wizards':
      return wizardMenu(ui)
    case 'overview':
      return printOverview(ui, ready(ui), first)
    case 'journal':
      return journalMenu(ui)
    case 'refresh':
      await watching(ui, (signal) => ui.session.refresh(signal))
      return printOverview(ui, ready(ui), first)
    case 'record':
      return recordMenu(ui)
    case 'snapshot':
      return snapshot(ui)
    case 'leave':
      return ui.session.leave()
  }
}

/** Straight into the wizard of the next best step; where there is none, to the check, which says how to fix it by hand. */
async function nextStep(ui: Ui): Promise<void> {
  const next = ready(ui).next
  if (next === undefined) return
  if (next.wizard === undefined) return checkScreen(ui, next.check)
  await wizardScreen(ui, next.wizard, next.finding)
}

async function snapshot(ui: Ui): Promise<void> {
  const path = await ui.ask.text({
    message: ui.t('File for the snapshot'),
    help: ui.t('The redacted state of the cluster, for --from and for comparing: no Secret values.'),
    default: 'snapshot.json',
    check: (v) => (v === '' ? ui.t('a file name is needed') : undefined),
  })
  await ui.session.saveSnapshot(path)
  ui.out.line(ui.t('Written: {path}', { path }), 'good')
}
