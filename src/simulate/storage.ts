import type { KeptFile } from '#model/encryptionLife.ts'
import { itemsOf, type State } from '#model/state.ts'

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** What the API servers announce about the EncryptionConfiguration they use. */
export interface Announced {
  /** How many API servers were seen, and how many there should be, as far as the nodes tell. */
  readonly seen: number
  readonly expected: number
  /** The one that all of them use; undefined where they differ, or none announces one. */
  readonly hash?: string
  /** All of them, each once. */
  readonly hashes: readonly string[]
}

export function announced(state: State): Announced {
  const probes = itemsOf(state, 'encryption')
  const nodes = itemsOf(state, 'nodes').filter((node) => CONTROL_PLANE.some((label) => label in node.metadata.labels)).length
  const expected = Math.max(nodes, probes.length)
  const hashes = [...new Set(probes.flatMap((p) => (p.configHash === undefined ? [] : [p.configHash])))]
  const all = probes.length > 0 && probes.length >= expected && probes.every((p) => p.configHash === hashes[0])
  return { seen: probes.length, expected, hashes, ...(all && hashes[0] !== undefined ? { hash: hashes[0] } : {}) }
}

/** The kept file that an API server announces; of two with the same content the newer one. */
export function fileOf(files: readonly KeptFile[], hash: string | undefined): KeptFile | undefined {
  return hash === undefined ? undefined : files.findLast((file) => file.hash === hash)
}
