import path from 'node:path'
import { type Progress, type ProgressStore, progress } from '#model/progress.ts'
import { writeAtomic } from './atomic.ts'
import { ownFolder } from './paths.ts'
import { readJson } from './read.ts'

/**
 * `progress.json` of one cluster. A new cluster has an empty progress; a file that cannot be read is an error with
 * file, line and field (an expiry date that cannot be read is never "for ever").
 */
export function openProgress(dir: string, cluster: Progress['cluster'], now: () => Date = () => new Date()): ProgressStore {
  const file = path.join(dir, 'progress.json')
  return {
    async load() {
      const stored = await readJson(
        file,
        progress,
        'Correct the file, or move it away to start anew; accepted risks and attestations are in it.',
      )
      return stored ?? { schemaVersion: 1, cluster, updatedAt: now().toISOString(), checks: {}, history: [], accepted: [], attested: [] }
    },
    async save(value) {
      await ownFolder(dir)
      await writeAtomic(file, `${JSON.stringify(progress.parse(value), null, 2)}\n`)
    },
  }
}
