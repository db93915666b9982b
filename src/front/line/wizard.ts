import { AREA_TITLES } from '#model/areas.ts'
import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { type Answers, type Field, isAsked, mergeAnswers, parseAnswers, problemOf } from '#model/questions.ts'
import { say } from '#model/text.ts'
import type { Wizard } from '#model/wizard.ts'
import { decide } from './decide.ts'
import { askField } from './fields.ts'
import { Back, Leave } from './prompter.ts'
import { askRows } from './rows.ts'
import { attempt, ready, showError, type Ui } from './ui.ts'
import { whereAmI } from './words.ts'

/** All wizards, also those that fix no check by themselves. */
export async function wizardMenu(ui: Ui): Promise<void> {
  for (;;) {
    const wizard = await ui.ask.select<Wizard>({
      message: ui.t('{where}: which wizard?', { where: whereAmI(ready(ui)) }),
      choices: ui.session.wizards.map((w) => ({ value: w, label: `${say(AREA_TITLES[w.area], ui.lang)}: ${say(w.title, ui.lang)}` })),
    })
    await attempt(ui, () => wizardScreen(ui, wizard.id))
  }
}

/** Questions, preview, decision; back at the first question leaves with nothing changed. */
export async function wizardScreen(ui: Ui, id: string, finding?: JudgedFinding): Promise<void> {
  const { wizard } = ui.session.open(id, finding)
  ui.out.line()
  ui.out.para(say(wizard.title, ui.lang), 0, 'title')
  ui.out.para(say(wizard.summary, ui.lang), 2)
  ui.out.para(ui.t('Enter takes the suggested answer. Nothing is written before you saw the preview and said yes.'), 2, 'dim')
  let own: Answers = {}
  for (;;) {
    const filled = await askAll(ui, { wizard, suggest: (given) => ui.session.open(id, finding, given).answers }, own)
    const { answers } = filled
    own = filled.own
    const preview = await previewed(ui, wizard, answers)
    const again = preview === undefined ? await changeAnswers(ui) : (await decide(ui, preview)) === 'change'
    if (!again) return
  }
}

function changeAnswers(ui: Ui): Promise<boolean> {
  return ui.ask.confirm({ message: ui.t('Go through the questions again?'), default: true })
}

function schemaDefaults(wizard: Wizard): Answers {
  return Object.fromEntries(wizard.fields.flatMap((f) => (f.default === undefined ? [] : [[f.name, f.default]])))
}

/** The preview, or undefined where the answers do not fit this cluster (said in words). */
async function previewed(ui: Ui, wizard: Wizard, answers: Answers): Promise<Preview | undefined> {
  const parsed = parseAnswers(wizard.questions, answers, wizard.when)
  if ('problems' in parsed) {
    for (const p of parsed.problems) ui.out.para(ui.t('Not taken: {problem}', { problem: `${p.path.join('.')}: ${p.message}` }), 0, 'bad')
    return undefined
  }
  ui.out.line(ui.t('Asking the cluster what would change ...'), 'dim')
  try {
    return await ui.interrupts.reading((signal) => ui.session.preview(wizard.id, answers, signal))
  } catch (error) {
    if (error instanceof Leave || error instanceof Back) throw error
    showError(ui, error)
    return undefined
  }
}

interface Asking {
  readonly wizard: Wizard
  /** What the cluster suggests where these answers stand. */
  readonly suggest: (given: Answers) => Answers
}

interface Filled {
  readonly answers: Answers
  /** The answers that are not what was suggested: they stand when the questions come again, the others follow. */
  readonly own: Answers
}

/** One question after another, each with the suggestion that follows the answers so far; going back asks the one before again. */
async function askAll(ui: Ui, { wizard, suggest }: Asking, before: Answers): Promise<Filled> {
  let own = before
  const asked: { readonly index: number; readonly given: Answers }[] = []
  let given: Answers = {}
  for (let i = 0; i < wizard.fields.length; ) {
    const field = wizard.fields[i]
    if (field === undefined) break
    const suggested = mergeAnswers(suggest(present(given)), schemaDefaults(wizard))
    const standing = { ...suggested, ...own, ...given }
    if (!isAsked(field.name, standing, wizard.when)) {
      i += 1
      continue
    }
    try {
      const value = await ask(ui, wizard, field, standing[field.name])
      asked.push({ index: i, given })
      given = { ...given, [field.name]: value }
      own = isSame(value, suggested[field.name]) ? omit(own, field.name) : { ...own, [field.name]: value }
      i += 1
    } catch (error) {
      const previous = error instanceof Back ? asked.pop() : undefined
      if (previous === undefined) throw error
      i = previous.index
      given = previous.given
    }
  }
  return { answers: present({ ...mergeAnswers(suggest(present(given)), schemaDefaults(wizard)), ...own, ...given }), own }
}

function isSame(value: unknown, suggested: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(suggested)
}

function omit(answers: Answers, name: string): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([key]) => key !== name))
}

/** Without what was left out. */
function present(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== undefined))
}

async function ask(ui: Ui, wizard: Wizard, field: Field, value: unknown): Promise<unknown> {
  const text = wizard.texts[field.name]
  const label = text === undefined ? field.name : say(text.label, ui.lang)
  const help = text === undefined ? undefined : say(text.help, ui.lang)
  ui.out.line()
  if (field.type === 'rows') return askRows(ui, wizard, field, label, help, value)
  const problem = (v: unknown) => problemOf(wizard.questions, field.name, v)
  return askField(ui, { field, label, ...(help === undefined ? {} : { help }), value, problem })
}
