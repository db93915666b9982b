import { createHash } from 'node:crypto'
import path from 'node:path'
import type { NodeItem } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { NodeFile, NodePlan } from '#model/node.ts'
import { type OutFile, writeFiles } from '../files.ts'
import { fileText, holdsKeys, keysOf, modeOf } from '../guide.ts'
import type { KeyRing } from '../keys.ts'

/** The text of each file of a plan, its keys made or read now. They live in the ring and in what is written, and nowhere else. */
export async function textsOf(plan: NodePlan, keys: KeyRing, templates?: string): Promise<(file: NodeFile) => string> {
  await keys.load(plan.files.flatMap(keysOf))
  return (file) => fileText(file, (source) => keys.resolve(source), templates)
}

/** A plan as the journal keeps it: what its files hold is not in it. */
export function withoutContent(plan: NodePlan): NodePlan {
  return { ...plan, files: plan.files.map((file) => ({ ...file, content: { kind: 'text', text: '' } })) }
}

/** A key that is on the nodes alone is lost with them, and with it every Secret it encrypted. */
export function checkCopy(items: readonly NodeItem[], outDir: string | undefined): void {
  if (outDir !== undefined || !items.some((item) => item.makesKeys && item.action !== 'none')) return
  throw new HardenError(
    'input',
    'This plan puts a key onto nodes, and without a copy of your own it would exist there alone.',
    'Name an empty folder with --out: the files with the key are kept there, readable by you alone. Keep that copy.',
  )
}

/** Writes the files of a plan that hold keys into the operator's folder, before anything is sent to the node. */
export async function keepCopy(
  folder: string,
  plan: NodePlan,
  text: (file: NodeFile) => string,
  outDir: string | undefined,
): Promise<readonly string[]> {
  const kept = plan.files.filter((file) => holdsKeys(file))
  if (outDir === undefined || kept.length === 0) return []
  const files = kept.map(
    (file): OutFile => ({ path: path.posix.join(folder, file.path.replace(/^\/+/, '')), mode: modeOf(file), text: text(file) }),
  )
  return await writeFiles(outDir, files)
}

/** Node names are DNS names already; a folder never leads out of its parent. */
export function folderName(node: string): string {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(node) && !node.includes('..')
    ? node
    : createHash('sha256').update(node).digest('hex').slice(0, 12)
}
