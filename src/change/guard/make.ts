import { bundleOf } from '../node/bundle.ts'
import type { MakeBundle } from './run.ts'

/** The bundle of the package's own script. */
export const makeBundle: MakeBundle = ({ run, node, plan, text }) => bundleOf(plan, node, run, { text })
