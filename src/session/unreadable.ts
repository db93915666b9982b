import { HardenError } from '#model/errors.ts'
import { describeRight, type Gap } from '#model/right.ts'

/** Nothing of a kind could be read, so that nothing can be said: why, and which right was missing. */
export function unreadable(gap: Gap, what: string, hint: string): HardenError {
  const missing = gap.needs === undefined ? '' : ` Missing right: ${describeRight(gap.needs)}.`
  const code = gap.reason === 'forbidden' ? 'forbidden' : 'unreachable'
  return new HardenError(code, `No ${what} could be read: ${gap.detail}.${missing}`, hint)
}

/** Where one namespace may be enough. */
export const ONE_NAMESPACE = 'kubeharden permissions prints the rights; -n names a namespace in which you may read.'
