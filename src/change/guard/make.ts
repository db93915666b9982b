import { bundleOf } from '../node/bundle.ts'
import type { MakeBundle } from './run.ts'

/** The bundle of the package's own script. */
export const makeBundle: MakeBundle = ({ plan, node, run, text, templates }) =>
  bundleOf(plan, node, run, { text, ...(templates === undefined ? {} : { templates }) })
