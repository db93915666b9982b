import { controlPlane } from './controlPlane.ts'
import { network } from './network.ts'
import { storage } from './storage.ts'
import type { KnownNeed } from './types.ts'

export type { KnownNeed, Need } from './types.ts'

/** Everything that is known of system components; docs/known-needs.md follows from it. */
export const KNOWN_NEEDS: readonly KnownNeed[] = [...controlPlane, ...network, ...storage]
