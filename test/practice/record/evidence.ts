import { createHash } from 'node:crypto'
import { loadEvidenceScript } from '../../../src/change/templates.ts'
import type { NodeEvidence } from '../../../src/model/objects/evidence.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { parseEvidence } from '../../../src/session/evidence.ts'
import type { TestNode } from '../../cluster/node/node.ts'
import type { Stock } from './stock.ts'
import { EVIDENCE_TAKEN } from './times.ts'
import { workerEvidence } from './workers.ts'

/** What the evidence script prints on this node. */
export async function takeEvidence(node: TestNode): Promise<NodeEvidence> {
  return parseEvidence(await node.must(['sh'], { input: loadEvidenceScript() }), node.name, new Date())
}

/** The same for each node of the practice cluster. */
export async function readEvidence(node: TestNode, stock: Stock): Promise<readonly KubeObject[]> {
  const taken = await takeEvidence(node)
  const own = { ...stock.of(taken), takenAt: EVIDENCE_TAKEN, sha256: await sums(node, stock, taken) }
  return [own, ...workerEvidence(own)] as unknown as readonly KubeObject[]
}

/** Of the manifests as they would be on a stock node. */
async function sums(node: TestNode, stock: Stock, { sha256, files }: NodeEvidence): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const what of Object.keys(sha256).sort()) {
    const path = files.find((file) => file.what === what)?.path
    if (path === undefined) throw new Error(`There is a sum of ${what}, and no such file.`)
    const text = stock.of(await node.must(['cat', path]))
    found[what] = createHash('sha256').update(text).digest('hex')
  }
  return found
}
