import type { Writer } from '#model/access.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { NodeDoor, NodeOutcome } from '#model/node.ts'
import { shows } from './mirror.ts'

type Verdict = Pick<JournalEntry, 'state'> & Partial<JournalEntry>

/**
 * What became of a change on a node whose session ended in the middle: the guard's own word where it is still there, else
 * what the API shows of the component. Where neither tells, that is said; an undo is safe then, for the node looks itself.
 */
export async function settleNode(
  entry: JournalEntry,
  kind: JournalRun['kind'],
  { nodes, writer }: { readonly nodes?: NodeDoor; readonly writer: Writer },
): Promise<Verdict | undefined> {
  const { node } = entry
  // Without a way to the nodes it stays open for a session that has one.
  if (node === undefined || nodes === undefined) return undefined
  const outcome = await nodes.settle({ run: node.run, node: node.name })
  if (outcome !== undefined) return byOutcome(entry, outcome)
  if ((await shows(entry, 'after', writer)) === true) return { state: 'done', error: 'Interrupted; the API shows that it was made.' }
  if ((await shows(entry, 'before', writer)) === true) return { state: 'not-done' }
  const unknown = 'Interrupted, and its guard is gone: whether the node was changed is not known.'
  // An undo can be repeated: it counts as not done and is done again.
  return kind === 'undo'
    ? { state: 'not-done', error: unknown }
    : { state: 'done', error: `${unknown} An undo is safe: the node looks itself.` }
}

/** What the outcome of a guard says about its entry. */
export function byOutcome(entry: JournalEntry, outcome: NodeOutcome): Verdict {
  const node = entry.node === undefined ? {} : { node: { ...entry.node, outcome } }
  const done = outcome.state === 'applied' || outcome.state === 'unchanged' || outcome.state === 'undone'
  return done ? { state: 'done', ...node } : { state: 'failed', error: outcome.detail, ...node }
}
