import { ApplyConflict } from '#model/access.ts'
import type { FieldConflict } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import { type ObjectRef, refLabel } from '#model/refs.ts'
import { serverLabel } from './resources.ts'

/** The same words for the same refusals as on a live cluster, so that practice prepares for it. */
export function rejected(ref: ObjectRef, message: string): HardenError {
  return new HardenError(
    'rejected',
    `${refLabel(ref)} was refused: ${message}`,
    'Nothing was changed. Change what the message names, then preview again.',
  )
}

export function notFound(ref: ObjectRef, message = `${serverLabel(ref)} not found`): HardenError {
  return new HardenError(
    'not-found',
    `${refLabel(ref)}: ${message}`,
    'It, or the namespace it belongs to, is not there (any more). Read the cluster again.',
  )
}

export function exists(ref: ObjectRef): HardenError {
  return new HardenError('conflict', `${refLabel(ref)} exists already.`, 'Preview again: it will be shown as a change of what is there.')
}

export function changed(ref: ObjectRef, message: string): HardenError {
  return new HardenError(
    'conflict',
    `${refLabel(ref)} was changed by somebody else meanwhile: ${message}`,
    'Nothing was changed here. Preview again to see what it is now.',
  )
}

export function fieldsTaken(ref: ObjectRef, conflicts: readonly FieldConflict[]): HardenError {
  const managers = [...new Set(conflicts.map((c) => c.manager))].join(', ')
  const what = conflicts.length === 1 ? 'a field belongs' : `${conflicts.length} fields belong`
  return new HardenError(
    'conflict',
    `${refLabel(ref)}: ${what} to another manager (${managers}).`,
    `These fields are set by ${managers}. Change them at that source, or take them over knowingly.`,
    { cause: new ApplyConflict(conflicts) },
  )
}

export function interrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new HardenError('interrupted', 'Interrupted.', 'Nothing was sent. Run it again when you are ready.')
}

export function secretRefused(ref: ObjectRef): HardenError {
  return new HardenError(
    'internal',
    `Secret ${ref.name}: Secrets are never read or written by kubeharden.`,
    'This is a defect in kubeharden. Nothing was sent. Please report which wizard did it.',
  )
}
