import type { Wizard } from '#model/wizard.ts'

/** The finding that a wizard was opened on, if any. */
export type Opened = Parameters<Wizard['defaults']>[1]

/** The check of that finding, where the session says it: one wizard may fix several. */
export function checkOf(finding: Opened): string | undefined {
  return finding?.check
}
