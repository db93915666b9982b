import { AREA_TITLES, type Area, SEVERITIES } from '#model/areas.ts'
import type { CheckResult } from '#model/assessment.ts'
import { say } from '#model/text.ts'
import { checkScreen } from './check.ts'
import { printWaiting } from './evidence.ts'
import { areaLine, areasOf, checkLine } from './overview.ts'
import { attempt, ready, type Ui } from './ui.ts'
import { whereAmI } from './words.ts'

/** The checklist: choose an area, then a check of it, until the operator goes back. */
export async function areaMenu(ui: Ui): Promise<void> {
  let last: Area | undefined
  for (;;) {
    const view = ready(ui)
    const area: Area = await ui.ask.select<Area>({
      message: ui.t('{where}: which area?', { where: whereAmI(view) }),
      choices: areasOf(view).map((a) => ({ value: a, label: areaLine(ui, view, a) })),
      ...(last === undefined ? {} : { default: last }),
    })
    last = area
    await attempt(ui, () => checklist(ui, area))
  }
}

/** Open items first and the gravest of them on top, so that the work stands there. */
function byUrgency(a: CheckResult, b: CheckResult): number {
  return ORDER[a.status] - ORDER[b.status] || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
}

const ORDER: Record<CheckResult['status'], number> = {
  fail: 0,
  unknown: 1,
  manual: 2,
  accepted: 3,
  attested: 4,
  pass: 5,
  'not-applicable': 6,
}

async function checklist(ui: Ui, area: Area): Promise<void> {
  for (;;) {
    const view = ready(ui)
    const checks = view.assessment.checks.filter((c) => c.area === area).sort(byUrgency)
    ui.out.line()
    printWaiting(ui, checks)
    const id = await ui.ask.select<string>({
      message: ui.t('{where}: {area}. Which check?', { where: whereAmI(view), area: say(AREA_TITLES[area], ui.lang) }),
      choices: checks.map((c) => ({ value: c.id, label: checkLine(ui, c) })),
    })
    await attempt(ui, () => checkScreen(ui, id))
  }
}
