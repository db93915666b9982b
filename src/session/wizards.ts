import type { JudgedFinding } from '#model/assessment.ts'
import { HardenError } from '#model/errors.ts'
import { type Answers, mergeAnswers } from '#model/questions.ts'
import type { Wizard } from '#model/wizard.ts'
import type { Link } from './link.ts'
import type { WizardRun } from './types.ts'

/** The wizard of this id; HardenError `input` that names the known ones. */
export function wizardOf(wizards: readonly Wizard[], id: string): Wizard {
  const wizard = wizards.find((w) => w.id === id)
  if (wizard !== undefined) return wizard
  throw new HardenError('input', `There is no wizard ${id}.`, `Known wizards: ${wizards.map((w) => w.id).join(', ')}.`)
}

/** A wizard opened on this cluster, on a finding where there is one: what was given stands, the rest is suggested. */
export function openWizard(link: Link, wizard: Wizard, finding?: JudgedFinding, given?: Answers): WizardRun {
  const { assessment, state } = link
  const check = finding && assessment.checks.find((c) => c.findings.includes(finding))?.id
  const opened = finding && { ...finding, ...(check === undefined ? {} : { check }) }
  return { wizard, answers: mergeAnswers(given, wizard.defaults(state, opened, given)) }
}
