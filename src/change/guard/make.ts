import { HardenError } from '#model/errors.ts'
import type { MakeBundle } from './run.ts'

/** The bundle of the package's own script. */
export const makeBundle: MakeBundle = () => {
  throw new HardenError('change-failed', 'The script for nodes is not part of this installation.', 'Make the change on the node by hand.')
}
