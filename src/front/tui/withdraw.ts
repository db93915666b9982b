import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { type Line, line, paragraph } from './lines.ts'
import type { Ui } from './ui.ts'

/** What was decided by people and can be taken back: of a whole check, or what makes one finding accepted or attested. */
interface Decided {
  readonly risks: readonly AcceptedRisk[]
  readonly attested: boolean
}

function decidedOn(ui: Ui, check: string, finding: JudgedFinding | undefined): Decided {
  const view = ui.session.view()
  if (view.phase !== 'ready') return { risks: [], attested: false }
  const { accepted, attested } = view.progress
  const risks = accepted.filter((r) => r.check === check)
  if (finding === undefined) return { risks, attested: attested.some((a) => a.check === check) }
  if (finding.status === 'attested') return { risks, attested: true }
  return { risks: risks.filter((r) => covers(r.scope, finding.object)), attested: false }
}

function covers(scope: AcceptedRisk['scope'], object: JudgedFinding['object']): boolean {
  return (['kind', 'namespace', 'name'] as const).every((part) => scope[part] === undefined || scope[part] === object[part])
}

export function isDecided(of: Pick<CheckResult | JudgedFinding, 'status'>): boolean {
  return of.status === 'accepted' || of.status === 'attested'
}

/** Asks (focus on Cancel), then takes back what was accepted or attested; says which objects it was for. */
export function askWithdraw(ui: Ui, check: string, finding?: JudgedFinding): void {
  const decided = decidedOn(ui, check, finding)
  if (decided.risks.length === 0 && !decided.attested) {
    ui.toast(ui.t('Nothing is accepted or attested here any more.'), 'warn')
    return
  }
  // The attestation and the whole check go without a scope; what one finding stands on, risk by risk.
  const scopes = finding === undefined || decided.attested ? [undefined] : decided.risks.map((r) => r.scope)
  ui.set({
    dialog: {
      kind: 'confirm',
      title: titleOf(ui, decided),
      lines: linesOf(ui, decided),
      yes: ui.t('Withdraw'),
      focus: 'cancel',
      run: () => void withdraw(ui, check, scopes),
    },
  })
}

function titleOf(ui: Ui, { risks, attested }: Decided): string {
  if (!attested) return ui.t('Withdraw what was accepted?')
  return risks.length === 0 ? ui.t('Withdraw what was attested?') : ui.t('Withdraw what was accepted and attested?')
}

/** What the smallest screen has room for. */
const WIDTH = 54
const SHOWN = 4

function linesOf(ui: Ui, { risks, attested }: Decided): Line[] {
  return [
    ...risks
      .slice(0, SHOWN)
      .flatMap((r) => [
        ...paragraph(scopeWords(ui, r.scope), WIDTH),
        ...paragraph(ui.t('accepted until {day} by {owner}', words(r)), WIDTH, 2, 'dim'),
      ]),
    ...(risks.length > SHOWN ? [line(ui.t('and {n} more', { n: risks.length - SHOWN }))] : []),
    ...(attested ? [line(ui.t('The attestation of this check.'))] : []),
    [],
    ...paragraph(ui.t('It counts as open again. Nothing changes in the cluster.'), WIDTH, 0, 'dim'),
  ]
}

function words(risk: AcceptedRisk): { readonly day: string; readonly owner: string } {
  return { day: risk.expires.slice(0, 10), owner: safe(risk.owner) }
}

function scopeWords(ui: Ui, { kind, namespace, name }: AcceptedRisk['scope']): string {
  if (kind !== undefined && name !== undefined)
    return safe(refLabel({ apiVersion: '', kind, name, ...(namespace === undefined ? {} : { namespace }) }))
  const parts = [kind, name].filter((p) => p !== undefined).join(' ')
  if (namespace !== undefined) return ui.t('every object of this check in {namespace}', { namespace: safe(`${parts} ${namespace}`.trim()) })
  return parts === '' ? ui.t('the whole check') : safe(parts)
}

async function withdraw(ui: Ui, check: string, scopes: readonly (AcceptedRisk['scope'] | undefined)[]): Promise<void> {
  const unique = [...new Map(scopes.map((s) => [JSON.stringify(s), s])).values()]
  const done = await ui.run(ui.t('Writing it down'), async () => {
    for (const scope of unique) await ui.session.withdraw(check, ...(scope === undefined ? [] : [scope]))
    return true
  })
  if (done === true) ui.toast(ui.t('Withdrawn: it counts as open again.'), 'good')
}
