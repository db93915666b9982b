import { gains } from '#evaluate/score.ts'
import type { Assessment } from '#model/assessment.ts'
import type { Wizard } from '#model/wizard.ts'
import type { NextStep } from './types.ts'

/** The open finding that raises the score most; one that a wizard can fix comes before any that none can. */
export function nextStep(assessment: Assessment, wizards: readonly Wizard[], writable: boolean): NextStep | undefined {
  const steps = gains(assessment.checks).flatMap(({ check, gain }): NextStep[] => {
    const finding = check.findings.find((f) => f.status === 'fail')
    const wizard = wizards.find((w) => w.fixes.includes(check.id))?.id
    return finding === undefined ? [] : [{ check: check.id, finding, gain, ...(wizard === undefined ? {} : { wizard }) }]
  })
  return (writable ? steps.find((s) => s.wizard !== undefined) : undefined) ?? steps[0]
}
