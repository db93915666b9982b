import { readFile } from 'node:fs/promises'
import type { CheckResult } from '#model/assessment.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import type { Item } from '#model/kinds.ts'
import { type EvidenceStore, type NodeEvidence, nodeEvidence } from '#model/objects/evidence.ts'
import { itemsOf, type SourceKind, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import type { Link } from './link.ts'

const MOST = 16 * 1024 * 1024
/** How evidence is taken; the front ends say it where they ask for the file. */
export const TAKE_EVIDENCE = 'kubeharden evidence script | ssh NODE sudo sh > NODE.json'
const HINT = `Take it again on the node: ${TAKE_EVIDENCE}`
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

/** One file as it was handed over; `origin` is how messages name it. */
export interface Handed {
  readonly origin: string
  readonly text: string
}

/** @throws HardenError `input` where it cannot be read */
export async function readHanded(file: string): Promise<Handed> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new HardenError('input', `${safe(file)} cannot be read (${cause.code ?? 'unknown'}).`, 'Check the path and its permissions.', {
      cause,
    })
  })
  return { origin: file, text }
}

export interface Imported {
  readonly taken: readonly NodeEvidence[]
  /** Left out: newer evidence of their nodes was there. */
  readonly older: readonly NodeEvidence[]
}

/** Keeps what was handed over of this cluster's nodes: all of it, or with a HardenError `input` nothing. */
export async function importEvidence(store: EvidenceStore, handed: readonly Handed[], state: State, now: Date): Promise<Imported> {
  const found = handed.map(({ origin, text }) => {
    const evidence = parseEvidence(text, origin, now)
    requireOwn(evidence, origin, state)
    return evidence
  })
  const { all, taken, older } = withEvidence(await store.list(), found)
  await store.save(all)
  return { taken, older }
}

/** Keeps the evidence in a file of this machine for an open cluster, and judges the cluster anew with it. */
export async function importInto(link: Link, file: string, now: Date): Promise<Imported> {
  const store = link.stores.evidence
  if (store === undefined) throw new HardenError('input', 'This cluster has no nodes to take evidence from.', 'Connect to a live cluster.')
  const imported = await importEvidence(store, [await readHanded(file)], link.state, now)
  await link.remember(link.progress, await withStored(link.state, link.stores))
  return imported
}

/** Does a check wait for evidence that can be imported here? Of the practice cluster none is kept. */
export function waitsForEvidence(check: CheckResult, checks: readonly Check[], source: SourceKind): boolean {
  const helped = checks.some(({ id, helps }) => id === check.id && helps?.includes('nodeEvidence'))
  return helped && source !== 'practice' && check.findings.some(({ status }) => status === 'unknown')
}

/** Refuses what was taken elsewhere; where nodes cannot be listed nothing is known of them, and nothing is judged. */
function requireOwn(evidence: NodeEvidence, origin: string, state: State): void {
  const { nodes } = state.kinds
  const { name } = evidence.metadata
  if (nodes === undefined || nodes.gaps.length > 0) return
  const bad = (why: string, hint: string) => new HardenError('input', `${safe(origin)}: ${why} Nothing was kept.`, hint)
  if (!nodes.items.some((node) => node.metadata.name === name))
    throw bad(
      `the cluster shows no node ${name}.`,
      'Choose the cluster that it was taken in. Where the kubelet is registered under another name than its host, write that name into metadata.name of the file.',
    )
  if (isElsewhere(evidence, nodes.items)) throw bad(`was taken on another machine than this cluster's node ${name}.`, HINT)
}

/** A machine's id is its own, a node's name is not: `control-plane-1` is in many clusters. */
export function isElsewhere(evidence: NodeEvidence, nodes: readonly Item<'nodes'>[]): boolean {
  const theirs = nodes.find((node) => node.metadata.name === evidence.metadata.name)?.status.nodeInfo?.machineID
  const sum = evidence.sha256['machine-id']
  return theirs !== undefined && sum !== undefined && theirs !== `sha256:${sum}`
}

/** The state with what is stored of its nodes; what the state brings itself (a snapshot) stands where it is newer. */
export async function withStored(state: State, { evidence: store }: { readonly evidence?: EvidenceStore }): Promise<State> {
  const own = state.kinds.nodeEvidence
  if (own === undefined || store === undefined) return state
  // A node that was set up anew under its old name is another machine.
  const stored = (await store.list()).filter((evidence) => !isElsewhere(evidence, itemsOf(state, 'nodes')))
  if (stored.length === 0) return state
  const { all } = withEvidence(own.items as readonly NodeEvidence[], stored)
  return { ...state, kinds: { ...state.kinds, nodeEvidence: { items: all, gaps: own.gaps.filter((g) => g.reason !== 'not-in-source') } } }
}
