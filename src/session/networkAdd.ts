import { HardenError } from '#model/errors.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import type { State } from '#model/state.ts'
import { FOREIGN_KINDS } from '#simulate/network/foreign.ts'
import { withObjects } from './added.ts'

/** The state as it would be with these policies; one of the same name takes the place of the one that is there. */
export interface Added {
  readonly state: State
  readonly policies: readonly ObjectRef[]
}

/** Adds the policies among these objects. Throws HardenError `input` where there is none or one cannot be read. */
export function withPolicies(state: State, objects: readonly KubeObject[], namespace = 'default'): Added {
  const { state: after, refs } = withObjects(state, objects, ['networkPolicies', ...FOREIGN_KINDS], namespace)
  if (refs.length > 0) return { state: after, policies: refs }
  throw new HardenError('input', 'There is no network policy in what is to be added.', 'Give a file with NetworkPolicy objects.')
}
