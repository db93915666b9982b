import * as z from 'zod'
import { ApiError } from '../api-error.ts'
import type { Rest } from '../rest.ts'
import { GUARD_LABEL } from './objects.ts'
import { isAway, pause, type Watching } from './watch.ts'

const GONE_SECONDS = 90

const namespace = z.looseObject({
  metadata: z.looseObject({
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    deletionTimestamp: z.string().optional(),
  }),
})

/**
 * Takes a guard's namespace away and waits until it is gone, also where the API comes and goes meanwhile. Does not throw:
 * the change is made or not, whatever becomes of this; what stays behind is said, and is taken away by the next session.
 */
export async function remove(rest: Rest, name: string, watching: Watching): Promise<void> {
  const path = `/api/v1/namespaces/${name}`
  let why = 'it is still being deleted'
  for (let waited = 0; waited < GONE_SECONDS; waited += 1) {
    try {
      const read = namespace.safeParse((await rest.call('GET', path, { retries: 0, timeoutMs: 5_000 })).data)
      if (!read.success || read.data.metadata.labels?.[GUARD_LABEL] === undefined) return
      const { uid, deletionTimestamp } = read.data.metadata
      if (deletionTimestamp === undefined) await rest.call('DELETE', path, { retries: 0, body: deletion(uid) })
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return
      why = error instanceof Error ? error.message : String(error)
      if (!isAway(error) && !(error instanceof ApiError && error.code === 409)) break
    }
    // Ctrl-C does not leave a half-deleted guard unsaid; what was asked for goes on in the cluster.
    await pause(1_000, watching.signal).catch(() => undefined)
    if (watching.signal?.aborted === true) break
  }
  watching.onLine?.(`the namespace ${name} is not gone yet: ${why}`)
}

function deletion(uid: string) {
  return { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } }
}
