import type { CheckResult } from '#model/assessment.ts'
import { safe } from '#model/text.ts'
import { TAKE_EVIDENCE, waitsForEvidence } from '#session/evidence.ts'
import { ready, type Ui } from './ui.ts'

/** Those of the checks that evidence of a node would decide. */
export function waiting(ui: Ui, checks: readonly CheckResult[]): readonly CheckResult[] {
  const { source } = ready(ui)
  return checks.filter((check) => waitsForEvidence(check, ui.session.checks, source))
}

/** How evidence is taken, said above a list in which checks wait for it. */
export function printWaiting(ui: Ui, checks: readonly CheckResult[]): void {
  const n = waiting(ui, checks).length
  if (n === 0) return
  ui.out.para(
    ui.t('Without evidence of files on nodes, {n} of these checks cannot be decided. Take it with: {command}', {
      n,
      command: TAKE_EVIDENCE,
    }),
    0,
    'warn',
  )
  ui.out.para(ui.t('Then choose one of them, and import it there.'), 2)
}

/** A file that the script printed, kept for this cluster. */
export async function importEvidence(ui: Ui): Promise<void> {
  const { ask, out, t } = ui
  const file = await ask.text({
    message: t('File with the evidence of a node'),
    help: t('What the script printed there: {command}', { command: TAKE_EVIDENCE }),
    check: (v) => (v.trim() === '' ? t('a file name is needed') : undefined),
  })
  const { taken, older } = await ui.session.importEvidence(file.trim())
  for (const { metadata, takenAt } of taken)
    out.line(t('Kept: node {node}, taken at {at}', { node: safe(metadata.name), at: takenAt }), 'good')
  for (const { metadata } of older) out.line(t('Left out: newer evidence of node {node} is there.', { node: safe(metadata.name) }), 'warn')
}
