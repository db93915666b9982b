import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import type { Progress, ProgressStore } from '#model/progress.ts'
import type { ClusterInfo } from '#model/state.ts'
import type { Stores } from '#session/deps.ts'
import type { Target } from '#session/types.ts'
import { acquireLock, clusterDir, openEvidence, openJournal, openProgress } from './store/index.ts'

/**
 * What is remembered of a cluster: by the uid of kube-system; where that may not be read, by the server's address; for
 * files by their path. The practice cluster starts anew each time, and so does what is remembered of it.
 */
export async function openStores(target: Target, cluster: ClusterInfo, { locked }: { readonly locked: boolean }): Promise<Stores> {
  const key = keyOf(target, cluster)
  if (target.kind === 'practice') return memoryStores({ uid: key, name: cluster.name })
  const dir = clusterDir(key)
  const lock = locked ? await acquireLock(dir) : undefined
  const progress = openProgress(dir, { uid: key, name: cluster.name })
  return {
    // Without the lock nothing is remembered: a pipeline or a read-only session must not write over a session's progress.
    progress: locked ? progress : { load: () => progress.load(), save: async () => {} },
    journal: locked ? openJournal(dir) : { ...openJournal(dir), save: refuse },
    evidence: locked ? openEvidence(dir) : { list: () => openEvidence(dir).list(), save: refuse },
    release: async () => lock?.release(),
  }
}

async function refuse(): Promise<never> {
  throw new HardenError(
    'internal',
    'Something was to be kept without the lock of its cluster.',
    'This is a defect in kubeharden: report it.',
  )
}

function keyOf(target: Target, cluster: ClusterInfo): string {
  if (cluster.uid !== undefined) return cluster.uid
  const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
  if (target.kind === 'from') return `files-${hash(resolve(target.path))}`
  return `server-${hash(`${cluster.server ?? ''} ${cluster.name}`)}`
}

function memoryStores(cluster: Progress['cluster']): Stores {
  let kept: Progress = {
    schemaVersion: 1,
    cluster,
    updatedAt: new Date().toISOString(),
    checks: {},
    history: [],
    accepted: [],
    attested: [],
  }
  const runs = new Map<string, JournalRun>()
  const progress: ProgressStore = {
    load: async () => kept,
    save: async (p) => {
      kept = p
    },
  }
  const journal: Journal = {
    save: async (run) => void runs.set(run.id, structuredClone(run)),
    list: async () => [...runs.values()],
    get: async (id) => structuredClone(runs.get(id)),
  }
  return { progress, journal, release: async () => {} }
}
