import path from 'node:path'
import * as z from 'zod'
import { type EvidenceStore, nodeEvidence } from '#model/objects/evidence.ts'
import { writeAtomic } from './atomic.ts'
import { ownFolder } from './paths.ts'
import { readJson } from './read.ts'

const file = z.object({ schemaVersion: z.literal(1), nodes: z.array(nodeEvidence) })

/** `evidence.json` of one cluster: the newest document of each node. */
export function openEvidence(dir: string): EvidenceStore {
  const at = path.join(dir, 'evidence.json')
  return {
    list: async () => (await readJson(at, file, 'Move it away and import the evidence of the nodes again.'))?.nodes ?? [],
    async save(nodes) {
      await ownFolder(dir)
      await writeAtomic(at, `${JSON.stringify(file.parse({ schemaVersion: 1, nodes }), null, 1)}\n`)
    },
  }
}
