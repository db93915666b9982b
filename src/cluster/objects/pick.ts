import type { CollectOptions } from '#model/access.ts'
import { HardenError } from '#model/errors.ts'
import { KINDS, type Kind } from '#model/kinds.ts'
import type { Collected, State } from '#model/state.ts'

/** The state with the kinds that were asked for; one that the source does not know at all is a gap. */
export function pickKinds(state: State, kinds: readonly Kind[], options: CollectOptions = {}): State {
  if (options.signal?.aborted === true)
    throw new HardenError('interrupted', 'Interrupted while reading.', 'Nothing was changed. Run it again when you are ready.')
  let objects = 0
  const picked = kinds.map((kind, index) => {
    const collected: Collected<unknown> = state.kinds[kind] ?? {
      items: [],
      gaps: [{ kind, reason: 'not-in-source', detail: `${state.cluster.name} holds no ${KINDS[kind].plural}` }],
    }
    objects += collected.items.length
    options.onProgress?.({ kind, done: index + 1, total: kinds.length, objects })
    return [kind, collected]
  })
  return { ...state, kinds: Object.fromEntries(picked) as State['kinds'] }
}
