import type { CheckResult } from '#model/assessment.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import { refLabel } from '#model/refs.ts'
import { say } from '#model/text.ts'
import type { Choice } from './prompter.ts'
import { ready, type Ui } from './ui.ts'

type Scope = AcceptedRisk['scope']
type What = { readonly scope?: Scope }

/** Takes back what was accepted or attested for a check: one risk where there are several things to choose from, or all of it. */
export async function withdraw(ui: Ui, check: CheckResult): Promise<void> {
  const { t, ask } = ui
  const what = await askWhat(ui, check)
  const title = say(check.title, ui.lang)
  const message =
    what.scope === undefined
      ? t('Withdraw all that was accepted or attested for "{title}"?', { title })
      : t('Withdraw what was accepted for {object} under "{title}"?', { object: scopeWords(ui, what.scope), title })
  if (!(await ask.confirm({ message, default: false, careful: true }))) return ui.out.line(t('Nothing withdrawn.'))
  await ui.session.withdraw(check.id, ...(what.scope === undefined ? [] : [what.scope]))
  ui.out.line(t('Withdrawn: it counts as open again. Nothing changed in the cluster.'), 'good')
}

async function askWhat(ui: Ui, check: CheckResult): Promise<What> {
  const { progress } = ready(ui)
  const risks = progress.accepted.filter((r) => r.check === check.id)
  const attested = progress.attested.some((a) => a.check === check.id)
  if (risks.length + (attested ? 1 : 0) < 2) return {}
  const choices: Choice<What>[] = risks.map((r) => ({
    value: { scope: r.scope },
    label: ui.t('{object}: accepted until {day} by {owner}', {
      object: scopeWords(ui, r.scope),
      day: r.expires.slice(0, 10),
      owner: r.owner,
    }),
  }))
  return ui.ask.select<What>({
    message: ui.t('What is withdrawn?'),
    choices: [...choices, { value: {}, label: ui.t('All that was accepted or attested for this check') }],
  })
}

function scopeWords(ui: Ui, { kind, namespace, name }: Scope): string {
  if (kind !== undefined && name !== undefined)
    return refLabel({ apiVersion: '', kind, name, ...(namespace === undefined ? {} : { namespace }) })
  const object = [kind, name].filter((p) => p !== undefined).join(' ')
  if (namespace !== undefined) return ui.t('every object in {namespace} {object}', { namespace, object }).trim()
  return object === '' ? ui.t('the whole check') : object
}
