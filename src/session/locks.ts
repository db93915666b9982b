import { HardenError } from '#model/errors.ts'
import type { SessionDeps } from './deps.ts'
import type { Line } from './line.ts'

/** `openStores` for one turn of a session: a turn that was given up gives its lock back before the next one takes it. */
export function storesInTurn(deps: SessionDeps, locks: Line, signal: AbortSignal): SessionDeps['openStores'] {
  return async (target, cluster, options) => {
    const free = await locks.enter()
    try {
      if (signal.aborted) throw new HardenError('interrupted', 'Interrupted while connecting.', 'Nothing was changed.')
      const stores = await deps.openStores(target, cluster, options)
      return { ...stores, release: () => stores.release().finally(free) }
    } catch (error) {
      free()
      throw error
    }
  }
}
