import { HardenError } from '#model/errors.ts'
import type { MakeBundle } from './run.ts'

/** The bundle of the package's own script. */
export const makeBundle: MakeBundle = () => {
  throw new HardenError('internal', 'The script for nodes is missing.', 'Report it.')
}
