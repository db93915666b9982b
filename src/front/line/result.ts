import { STATUSES } from '#model/areas.ts'
import type { Preview, Step } from '#model/change.ts'
import type { Verification } from '#model/journal.ts'
import { refLabel } from '#model/refs.ts'
import { safe, say } from '#model/text.ts'
import { STATUS_WORDS } from '#report/words.ts'
import type { Ready } from '#session/types.ts'
import { checkOf } from './overview.ts'
import type { Ui } from './ui.ts'
import { count } from './words.ts'

function statusWord(status: string | undefined): string {
  const known = STATUSES.find((s) => s === status)
  return known === undefined ? safe(status ?? 'not checked') : STATUS_WORDS[known]
}

/** What reading the cluster again showed: each check that turned, how many did not, and each object that is not as intended. */
export function printVerification(ui: Ui, verification: Verification, view: Ready): void {
  const { out, t } = ui
  const { checks, objects, ok } = verification
  out.line(ok ? t('Verified by reading the cluster again.') : t('Read again: not everything is as intended.'), ok ? 'good' : 'bad')
  const turned = checks.filter((c) => c.before !== c.after || c.failsBefore !== c.failsAfter)
  for (const row of turned) {
    const check = checkOf(view, row.check)
    const title = check === undefined ? row.check : say(check.title, ui.lang)
    const text = t('{title}: before {before}, after {after} (failing objects: {failsBefore} before, {failsAfter} after)', {
      ...row,
      title,
      before: statusWord(row.before),
      after: statusWord(row.after),
    })
    out.para(text, 2, row.failsAfter > row.failsBefore ? 'bad' : row.after === 'pass' ? 'good' : undefined)
  }
  const awake = checks.filter((c) => c.before === 'not-applicable' && c.after === 'fail').length
  if (awake > 0)
    out.line(
      awake === 1
        ? t('  1 check now has something to look at and fails: see N/A to FAIL above.')
        : t('  {n} checks now have something to look at and fail: see N/A to FAIL above.', { n: awake }),
      'warn',
    )
  const same = checks.length - turned.length
  if (same > 0) out.line(t('  As before: {checks}.', { checks: count(same, 'check', 'checks') }), 'dim')
  for (const o of objects)
    if (!o.ok) out.para(t('{object} is not as intended: {detail}', { object: refLabel(o.ref), detail: o.detail }), 2, 'bad')
}

/** A guided change after its files were written: where they are, how to go back (first), what to do, and how it is proven. */
export function printGuide(ui: Ui, preview: Preview, folder: string): void {
  const { out, t } = ui
  out.line()
  out.line(t('Files are in {folder}. The nodes are unchanged until you do these steps.', { folder }), 'title')
  for (const item of preview.items) {
    if (item.kind !== 'guide') continue
    for (const file of item.files) out.line(t('  {path} (mode {mode})', { path: file.path, mode: file.mode.toString(8).padStart(4, '0') }))
    out.line(t('If something goes wrong (read this first):'), 'warn')
    printSteps(ui, item.change.rollback)
    out.line(say(item.change.title, ui.lang), 'title')
    printSteps(ui, item.change.steps)
    out.para(t('Then choose "Read the cluster again": the API says whether it took.'))
  }
}

function printSteps(ui: Ui, steps: readonly Step[]): void {
  steps.forEach((step, i) => {
    ui.out.para(`${i + 1}. ${say(step.title, ui.lang)}`, 2)
    if (step.explain !== undefined) ui.out.para(say(step.explain, ui.lang), 5, 'dim')
    for (const command of step.commands ?? []) for (const line of command.split('\n')) ui.out.line(`     ${line}`)
  })
}
