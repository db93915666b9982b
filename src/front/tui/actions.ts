import type { JudgedFinding } from '#model/assessment.ts'
import { HardenError } from '#model/errors.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import type { Answers } from '#model/questions.ts'
import type { ObjectRef } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { TAKE_EVIDENCE } from '#session/evidence.ts'
import type { Target } from '#session/types.ts'
import { acceptSpec, attestSpec, wizardSpec } from './form/specs.ts'
import { answersOf, type FormSpec, type FormState, focusOn, openForm, visibleFields } from './form/state.ts'
import { type Screen, top } from './nav.ts'
import type { Row } from './screen.ts'
import type { Ui } from './ui.ts'
import { dirtyForm } from './unsaved.ts'

/** A wizard's form, its answers filled from the cluster (and the finding); undefined where it cannot be opened, which is told. */
export function wizardForm(ui: Ui, wizard: string, finding?: JudgedFinding): Screen | undefined {
  const run = ui.attempt(() => ui.session.open(wizard, finding))
  if (run === undefined) return undefined
  const spec = wizardSpec(run.wizard, (given) => ui.session.open(wizard, finding, given).answers)
  return { name: 'form', form: openForm(spec, run.answers) }
}

export function openWizard(ui: Ui, wizard: string, finding?: JudgedFinding): void {
  const screen = wizardForm(ui, wizard, finding)
  if (screen !== undefined) ui.go({ do: 'push', screen })
}

/** The wizard that fixes a check; where several do, a choice. */
export function openFix(ui: Ui, check: string, finding?: JudgedFinding): void {
  const wizards = ui.session.wizardsFor(check)
  const [only] = wizards
  if (only === undefined) ui.toast(byHand(ui), 'warn')
  else if (wizards.length === 1) openWizard(ui, only.id, finding)
  else ui.go({ do: 'push', screen: { name: 'wizards', check, ...(finding === undefined ? {} : { finding }) } })
}

/** What the selected row can do, or why it can do nothing. */
export function fixRow(ui: Ui, row: Row | undefined): void {
  if (row?.fix !== undefined) row.fix()
  else if (row !== undefined) ui.toast(row.noFix ?? byHand(ui), 'warn')
}

function byHand(ui: Ui): string {
  return ui.t('No wizard fixes this check yet. The finding tells how to fix it by hand.')
}

export function openAccept(ui: Ui, check: string, finding: JudgedFinding): void {
  ui.go({ do: 'push', screen: { name: 'form', form: openForm(acceptSpec(check, finding.object), { scope: 'object' }) } })
}

export function openAttest(ui: Ui, check: string): void {
  ui.go({ do: 'push', screen: { name: 'form', form: openForm(attestSpec(check), {}) } })
}

/** What the last button of a form does. */
export async function submitForm(ui: Ui, form: FormState): Promise<void> {
  const answers = answersOf(form)
  if (form.spec.kind === 'accept') return accept(ui, form.spec, answers)
  if (form.spec.kind === 'attest') return attest(ui, form.spec.id, answers)
  const done = await ui.run(ui.t('Asking the cluster what would change'), async (signal) => {
    try {
      return { preview: await ui.session.preview(form.spec.id, answers, signal) }
    } catch (error) {
      const marked = markProblem(form, error)
      if (marked === undefined) throw error
      return { marked }
    }
  })
  if (done?.preview !== undefined) ui.go({ do: 'push', screen: { name: 'preview', preview: done.preview } })
  if (done?.marked !== undefined) ui.go({ do: 'patch', screen: { name: 'form', form: done.marked } })
}

/** The form with an answer marked that this cluster cannot use (`inNamespaces: there is no …`); undefined for other errors. */
function markProblem(form: FormState, error: unknown): FormState | undefined {
  if (!(error instanceof HardenError)) return undefined
  const field = visibleFields(form).find((f) => error.message.startsWith(`${f.name}: `))
  if (field === undefined) return undefined
  const problem = `${error.message.slice(field.name.length + 2)} ${error.hint}`
  return focusOn({ ...form, problems: { [field.name]: problem } }, field.name)
}

/** Which objects a risk is accepted for: this one, those of its namespace, or all of the check. */
function scopeOf(scope: unknown, object: ObjectRef | undefined): AcceptedRisk['scope'] {
  if (object === undefined || scope === 'check') return {}
  const namespace = object.namespace === undefined ? {} : { namespace: object.namespace }
  return scope === 'namespace' ? namespace : { kind: object.kind, ...namespace, name: object.name }
}

async function accept(ui: Ui, spec: FormSpec, answers: Answers): Promise<void> {
  const { owner, reason, expires } = answers
  const risk = {
    check: spec.id,
    scope: scopeOf(answers.scope, spec.object),
    owner: String(owner),
    reason: String(reason),
    expires: String(expires),
  }
  const done = await ui.run(ui.t('Writing it down'), async () => {
    await ui.session.accept(risk)
    return true
  })
  if (done === true) leaveForm(ui, ui.t('Accepted until {day}.', { day: risk.expires }))
}

async function attest(ui: Ui, check: string, answers: Answers): Promise<void> {
  const done = await ui.run(ui.t('Writing it down'), async () => {
    await ui.session.attest({ check, by: String(answers.by), evidence: String(answers.evidence), until: String(answers.until) })
    return true
  })
  if (done === true) leaveForm(ui, ui.t('Attested until {day}.', { day: String(answers.until) }))
}

function leaveForm(ui: Ui, said: string): void {
  ui.go({ do: 'leave', names: ['form', 'finding'] })
  ui.toast(said, 'good')
}

export async function refresh(ui: Ui): Promise<void> {
  if (ui.session.view().phase !== 'ready') return
  const done = await ui.run(ui.t('Reading the cluster again'), async (signal) => {
    await ui.session.refresh(signal)
    return true
  })
  if (done === true && ui.state().toast === undefined) ui.toast(ui.t('Read again.'), 'good')
}

/** Connects. What goes wrong is shown by the screen of contexts, from the view. */
export async function choose(ui: Ui, target: Target): Promise<void> {
  ui.go({ do: 'home' })
  await watched(ui, ui.session.choose(target))
}

export async function start(ui: Ui): Promise<void> {
  await watched(ui, ui.session.start())
}

async function watched(ui: Ui, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const { phase } = ui.session.view()
    if (phase !== 'failed' && phase !== 'choosing') ui.fail(error)
  }
}

export function contexts(ui: Ui): void {
  whenSaved(ui, () => {
    ui.go({ do: 'home' })
    void watched(ui, ui.session.leave())
  })
}

/** Goes on at once, or asks first where a form's answers would be lost. */
export function whenSaved(ui: Ui, run: () => void): void {
  const form = dirtyForm(ui.state().nav)
  if (form === undefined) run()
  else ask(ui, run)
}

function ask(ui: Ui, run: () => void): void {
  ui.set({
    dialog: {
      kind: 'confirm',
      title: ui.t('Leave the form?'),
      lines: [[{ text: ui.t('The answers you gave are not kept.') }]],
      yes: ui.t('Leave it'),
      focus: 'cancel',
      run,
    },
  })
}

export function quit(ui: Ui): void {
  whenSaved(ui, () => ui.exit(0))
}

/** Ctrl-C: stops an apply that is under way (its result tells what was done); a second one, or any other, leaves. */
export function interrupt(ui: Ui): void {
  const screen = top(ui.state().nav).screen
  if (screen.name === 'apply' && ui.applying !== undefined && !ui.applying.signal.aborted) {
    ui.applying.abort()
    ui.go({ do: 'patch', screen: { ...screen, stopping: true } })
    return
  }
  ui.state().busy?.abort.abort()
  ui.exit(130)
}

/** The evidence of a node, from a file of this machine. */
export function askEvidence(ui: Ui): void {
  ui.set({
    dialog: {
      kind: 'prompt',
      title: ui.t('Which file holds the evidence of a node?'),
      help: ui.t('Taken on the node: {command}', { command: TAKE_EVIDENCE }),
      text: '',
      at: 0,
      run: (file) => void importEvidence(ui, file),
    },
  })
}

async function importEvidence(ui: Ui, file: string): Promise<void> {
  const done = await ui.run(ui.t('Keeping the evidence'), () => ui.session.importEvidence(file))
  const [taken, older] = [done?.taken[0], done?.older[0]]
  if (taken !== undefined)
    ui.toast(ui.t('Kept: node {node}, taken at {at}.', { node: safe(taken.metadata.name), at: taken.takenAt }), 'good')
  else if (older !== undefined) ui.toast(ui.t('Newer evidence of node {node} is there.', { node: safe(older.metadata.name) }), 'warn')
}

/** What was read, redacted, as a file. */
export function askSnapshot(ui: Ui): void {
  const text = 'kubeharden-snapshot.json'
  ui.set({
    dialog: {
      kind: 'prompt',
      title: ui.t('Which file?'),
      help: ui.t('What was read, without Secret values; kubeharden --from opens it again.'),
      text,
      at: [...text].length,
      run: (path) => void saveSnapshot(ui, path),
    },
  })
}

async function saveSnapshot(ui: Ui, path: string): Promise<void> {
  const done = await ui.run(ui.t('Writing the snapshot'), async () => {
    await ui.session.saveSnapshot(path)
    return true
  })
  if (done === true) ui.toast(ui.t('The snapshot is in {path}.', { path: safe(path) }), 'good')
}
