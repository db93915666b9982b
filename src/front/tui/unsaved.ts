import { type FormState, isDirty } from './form/state.ts'
import type { Nav } from './nav.ts'

/** The topmost form whose answers would be lost by leaving. */
export function dirtyForm(nav: Nav): FormState | undefined {
  for (const { screen } of nav.toReversed()) if (screen.name === 'form' && isDirty(screen.form)) return screen.form
  return undefined
}
