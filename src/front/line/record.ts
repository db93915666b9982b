import type { CheckResult } from '#model/assessment.ts'
import { refKey } from '#model/refs.ts'
import { say } from '#model/text.ts'
import { objectName } from '#report/words.ts'
import { checkLine } from './overview.ts'
import { ready, type Ui } from './ui.ts'

const DAYS = 90

/** Chooses a failing or manual check, then asks for what it takes to accept or attest it. */
export async function recordMenu(ui: Ui): Promise<void> {
  const open = ready(ui).assessment.checks.filter((c) => c.status === 'fail' || c.status === 'manual')
  if (open.length === 0) {
    ui.out.line(ui.t('No check fails and none waits for somebody to look at it.'))
    return
  }
  const check = await ui.ask.select<CheckResult>({
    message: ui.t('Which check?'),
    choices: open.map((c) => ({ value: c, label: checkLine(ui, c) })),
  })
  await (check.status === 'fail' ? acceptRisk(ui, check) : attestItem(ui, check))
}

/** A risk somebody takes on until a day; nothing changes in the cluster. */
export async function acceptRisk(ui: Ui, check: CheckResult): Promise<void> {
  const { ask, t } = ui
  const scope = await askScope(ui, check)
  const owner = await ask.text({ message: t('Who takes the risk'), check: (v) => needed(ui, v) })
  const reason = await ask.text({ message: t('Why it is acceptable'), check: (v) => needed(ui, v) })
  const expires = await askDate(ui, t('Until which day'))
  const message = t('Record that {owner} accepts "{title}" until {expires}?', { owner, title: say(check.title, ui.lang), expires })
  if (!(await ask.confirm({ message, default: false, careful: true }))) return ui.out.line(t('Not recorded.'))
  await ui.session.accept({ check: check.id, scope, owner, reason, expires })
  ui.out.line(t('Recorded. It stands outside the score until {expires}.', { expires }), 'good')
}

async function askScope(ui: Ui, check: CheckResult): Promise<{ kind?: string; namespace?: string; name?: string }> {
  const failing = check.findings.filter((f) => f.status === 'fail')
  const objects = [...new Map(failing.map((f) => [refKey(f.object), f])).values()]
  return ui.ask.select<{ kind?: string; namespace?: string; name?: string }>({
    message: ui.t('For which objects?'),
    choices: [
      ...objects.map((f) => {
        const { kind, namespace, name } = f.object
        return {
          value: { kind, ...(namespace === undefined ? {} : { namespace }), name },
          label: ui.t('Only {object}', { object: objectName(f) }),
        }
      }),
      { value: {}, label: ui.t('All objects of this check, those that come later too') },
    ],
  })
}

/** A manual item that somebody looked at. */
export async function attestItem(ui: Ui, check: CheckResult): Promise<void> {
  const { ask, t } = ui
  const by = await ask.text({ message: t('Who looked at it'), check: (v) => needed(ui, v) })
  const evidence = await ask.text({ message: t('What was seen, or where the evidence is'), check: (v) => needed(ui, v) })
  const until = await askDate(ui, t('Until which day it holds'))
  const message = t('Record that {by} attests "{title}" until {until}?', { by, title: say(check.title, ui.lang), until })
  if (!(await ask.confirm({ message, default: false, careful: true }))) return ui.out.line(t('Not recorded.'))
  await ui.session.attest({ check: check.id, by, evidence, until })
  ui.out.line(t('Recorded until {until}.', { until }), 'good')
}

function needed(ui: Ui, value: string): string | undefined {
  return value.trim() === '' ? ui.t('an answer is needed') : undefined
}

function askDate(ui: Ui, message: string): Promise<string> {
  const today = ui.now().toISOString().slice(0, 10)
  const preset = new Date(ui.now().getTime() + DAYS * 86_400_000).toISOString().slice(0, 10)
  return ui.ask.text({ message, default: preset, check: (v) => dateProblem(ui, v, today) })
}

function dateProblem(ui: Ui, value: string, today: string): string | undefined {
  const parsed = /^\d{4}-\d\d-\d\d$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined
  // A day such as 2026-02-30 parses as another one.
  if (parsed === undefined || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value)
    return ui.t('not a day; write it as YYYY-MM-DD')
  return value > today ? undefined : ui.t('the day must be after today ({today})', { today })
}
