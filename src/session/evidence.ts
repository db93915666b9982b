import { HardenError } from '#model/errors.ts'
import { type EvidenceStore, type NodeEvidence, nodeEvidence } from '#model/objects/evidence.ts'
import type { State } from '#model/state.ts'

const MOST = 16 * 1024 * 1024
const HINT = 'Take it again on the node: kubeharden evidence script | ssh NODE sudo sh > NODE.json'
/** Clocks of nodes differ a little; a day ahead is no clock any more. */
const AHEAD = 86_400_000

/** Reads what the script printed. HardenError `input` says what is wrong with it. */
export function parseEvidence(text: string, origin: string, now: Date): NodeEvidence {
  const bad = (why: string) => new HardenError('input', `${origin}: ${why}`, HINT)
  if (text.length > MOST) throw bad('larger than 16 MiB, which no evidence is.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw bad('is not one JSON document; it may have been cut off.')
  }
  const parsed = nodeEvidence.safeParse(value)
  if (!parsed.success) {
    const lines = parsed.error.issues.slice(0, 5).map((i) => `${i.path.join('.') || 'document'}: ${i.message}`)
    throw bad(`is no evidence of a node: ${lines.join('; ')}`)
  }
  if (Date.parse(parsed.data.takenAt) > now.getTime() + AHEAD) throw bad(`was taken in the future (${parsed.data.takenAt}).`)
  return parsed.data
}

/** Keeps the newest document of each node; `kept` are those that were older than what is there. */
export function withEvidence(
  stored: readonly NodeEvidence[],
  found: readonly NodeEvidence[],
): { readonly all: readonly NodeEvidence[]; readonly taken: readonly NodeEvidence[]; readonly older: readonly NodeEvidence[] } {
  const byName = new Map(stored.map((e) => [e.metadata.name, e]))
  const taken: NodeEvidence[] = []
  const older: NodeEvidence[] = []
  for (const evidence of found) {
    const there = byName.get(evidence.metadata.name)
    if (there !== undefined && Date.parse(there.takenAt) > Date.parse(evidence.takenAt)) older.push(evidence)
    else {
      byName.set(evidence.metadata.name, evidence)
      taken.push(evidence)
    }
  }
  return { all: [...byName.values()], taken, older }
}

/** The state with what is stored of its nodes; what the state brings itself (a snapshot) stands where it is newer. */
export async function withStored(state: State, { evidence: store }: { readonly evidence?: EvidenceStore }): Promise<State> {
  const own = state.kinds.nodeEvidence
  if (own === undefined || store === undefined) return state
  const stored = await store.list()
  if (stored.length === 0) return state
  const { all } = withEvidence(own.items as readonly NodeEvidence[], stored)
  return { ...state, kinds: { ...state.kinds, nodeEvidence: { items: all, gaps: own.gaps.filter((g) => g.reason !== 'not-in-source') } } }
}
