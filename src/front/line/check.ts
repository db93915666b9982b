import type { CheckResult, JudgedFinding } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import { safe, say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { countWords, gapSentence, objectName, STATUS_WORDS, sentence } from '#report/words.ts'
import { importEvidence, waiting } from './evidence.ts'
import { checkOf } from './overview.ts'
import type { Choice } from './prompter.ts'
import { acceptRisk, attestItem } from './record.ts'
import { attempt, paged, ready, type Ui } from './ui.ts'
import { withdraw } from './withdraw.ts'
import { wizardScreen } from './wizard.ts'
import { distinct, whereAmI } from './words.ts'

type Action =
  | { readonly kind: 'wizard'; readonly wizard: Wizard }
  | { readonly kind: 'evidence' | 'import' | 'accept' | 'attest' | 'withdraw' }

/** One check: evidence, why, fix, what could not be seen; and what can be done about it. */
export async function checkScreen(ui: Ui, id: string): Promise<void> {
  printCheck(ui, result(ui, id))
  await evidence(ui, result(ui, id))
  for (;;) {
    const check = result(ui, id)
    const choices = actions(ui, check)
    ui.out.line()
    const action = await ui.ask.select<Action>({
      message: ui.t('{where}: {status}, {title}', {
        where: whereAmI(ready(ui)),
        status: STATUS_WORDS[check.status],
        title: say(check.title, ui.lang),
      }),
      choices,
      ...(choices[0] === undefined ? {} : { default: choices[0].value }),
    })
    await attempt(ui, () => act(ui, check, action))
  }
}

function result(ui: Ui, id: string): CheckResult {
  const found = checkOf(ready(ui), id)
  if (found === undefined)
    throw new HardenError('not-found', ui.t('The check {id} is not part of this assessment.', { id }), ui.t('Choose another check.'))
  return found
}

function printCheck(ui: Ui, check: CheckResult): void {
  const { out, t } = ui
  const declared = ui.session.checks.find((c) => c.id === check.id)
  out.line()
  out.para(say(check.title, ui.lang), 0, 'title')
  out.line(
    t('  {status}, severity {severity}, {count}', {
      status: STATUS_WORDS[check.status],
      severity: check.severity,
      count: countWords(check),
    }),
  )
  out.para([check.id, ...controlWords(check)].join(', '), 2, 'dim')
  if (declared !== undefined) printTexts(ui, declared)
  const gaps = distinct(check.gaps, gapSentence)
  if (gaps.length > 0) {
    out.line(t('Not seen:'), 'warn')
    for (const gap of gaps) out.para(gap, 2)
  }
}

function printTexts(ui: Ui, check: Check): void {
  ui.out.para(ui.t('Why: {why}', { why: say(check.text.why, ui.lang) }), 2)
  ui.out.para(ui.t('Fix: {fix}', { fix: say(check.text.fix, ui.lang) }), 2)
}

function controlWords(check: CheckResult): readonly string[] {
  const { topic, cis = [], nsa = [], risk = [] } = check.controls
  return [...topic, ...cis.map((c) => `CIS ${c}`), ...nsa.map((c) => `NSA/CISA ${c}`), ...risk]
}

async function evidence(ui: Ui, check: CheckResult): Promise<void> {
  const open = check.findings.filter((f) => f.status !== 'pass' && f.status !== 'not-applicable')
  const shown = open.length > 0 ? open : check.findings
  if (shown.length === 0) return
  ui.out.line(ui.t('Evidence:'))
  await paged(
    ui,
    shown.map((f) => findingLine(ui, check, f)),
  )
}

function findingLine(ui: Ui, check: CheckResult, finding: JudgedFinding): string {
  const where = finding.path === undefined ? '' : `, ${safe(finding.path)}`
  const saw = finding.saw === undefined ? '' : ui.t(' (saw: {saw})', { saw: finding.saw })
  const { note: said } = finding
  const pattern = said?.until === undefined ? ' [by {by}: {reason}]' : ' [by {by} until {until}: {reason}]'
  const note = said === undefined ? '' : ui.t(pattern, { by: said.by, reason: said.reason, until: said.until ?? '' })
  return `${STATUS_WORDS[finding.status]} ${objectName(finding)}${where}: ${sentence(check, finding, ui.lang)}${saw}${note}`
}

function actions(ui: Ui, check: CheckResult): readonly Choice<Action>[] {
  const wizards = ui.session.wizardsFor(check.id)
  return [
    ...wizards.map((wizard) => ({
      value: { kind: 'wizard' as const, wizard },
      label: ui.t('Wizard: {title}', { title: say(wizard.title, ui.lang) }),
    })),
    ...(check.findings.length > 0 ? [{ value: { kind: 'evidence' as const }, label: ui.t('Show the evidence again') }] : []),
    ...(waiting(ui, [check]).length > 0 ? [{ value: { kind: 'import' as const }, label: ui.t('Import evidence of a node') }] : []),
    ...(check.status === 'fail' ? [{ value: { kind: 'accept' as const }, label: ui.t('Accept this risk for a while') }] : []),
    ...(check.status === 'manual' || check.status === 'attested'
      ? [{ value: { kind: 'attest' as const }, label: ui.t('Attest: somebody looked at it') }]
      : []),
    ...(check.findings.some((f) => f.status === 'accepted' || f.status === 'attested')
      ? [{ value: { kind: 'withdraw' as const }, label: ui.t('Withdraw what was accepted or attested') }]
      : []),
  ]
}

async function act(ui: Ui, check: CheckResult, action: Action): Promise<void> {
  if (action.kind === 'wizard') return wizardScreen(ui, action.wizard.id, await pickFinding(ui, check))
  if (action.kind === 'evidence') return evidence(ui, check)
  if (action.kind === 'import') return importEvidence(ui)
  if (action.kind === 'withdraw') return withdraw(ui, check)
  return action.kind === 'accept' ? acceptRisk(ui, check) : attestItem(ui, check)
}

/** Which object the wizard starts from; asked only where there are several. */
async function pickFinding(ui: Ui, check: CheckResult): Promise<JudgedFinding | undefined> {
  const failing = check.findings.filter((f) => f.status === 'fail')
  if (failing.length < 2) return failing[0]
  return ui.ask.select<JudgedFinding | undefined>({
    message: ui.t('Start from which object?'),
    help: ui.t('The suggested answers are taken from it.'),
    choices: failing.map((f) => ({ value: f, label: `${objectName(f)}: ${sentence(check, f, ui.lang)}` })),
    default: failing[0],
  })
}
