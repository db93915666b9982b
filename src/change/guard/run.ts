import type { Writer } from '#model/access.ts'
import type { NodeChange, NodeItem, Probe } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalEntry } from '#model/journal.ts'
import type { BundleFile, NodeCommand, NodeDoor, NodeFile, NodeOutcome, NodePlan } from '#model/node.ts'
import { NODE_API } from '#model/refs.ts'
import { fieldManager } from '#model/wizard.ts'
import { Noted, type Step } from '../journaling.ts'
import type { KeyRing } from '../keys.ts'
import { folderName, keepCopy, textsOf, withoutContent } from './bundle.ts'
import { waitForMirror } from './mirror.ts'

/** Makes what travels to the node: the script, the plan as lines, the files. */
export type MakeBundle = (request: {
  readonly run: string
  readonly node: string
  readonly plan: NodePlan
  readonly command: NodeCommand
  readonly text: (file: NodeFile) => string
  readonly templates?: string
}) => readonly BundleFile[]

export interface GuardRun {
  readonly nodes?: NodeDoor
  readonly writer: Writer
  readonly bundle: MakeBundle
  readonly keys: KeyRing
  readonly outDir?: string
  readonly signal?: AbortSignal
  readonly templates?: string
}

/** The entry of a node change as it is planned; `run` is the journal run's id, from which the guard's is made. */
export function nodeEntry(item: NodeItem, change: NodeChange, id: string, run: string, wizard: string): JournalEntry {
  const { node, component, image } = item
  return {
    id,
    wizard,
    ref: { apiVersion: NODE_API, kind: component, name: node },
    action: 'node',
    fieldManager: fieldManager(wizard),
    state: 'planned',
    fields: fieldsOf(item),
    node: { name: node, component, run: `${run}-${id}`, image, plan: withoutContent(change.plan) },
    proof: proofOf(change.proof),
  }
}

/** A copy that the journal's schema takes. */
export function proofOf(proof: Probe): JournalEntry['proof'] {
  return proof.kind === 'encryption' ? { ...proof, resources: [...proof.resources] } : proof
}

/** What changes, as paths: flags and settings with both sides, of files and mounts that they come. */
function fieldsOf(item: NodeItem): JournalEntry['fields'] {
  const sides = ({ before, after }: { before?: unknown; after?: unknown }) => ({
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  })
  const fields = [
    ...item.folders.map((f) => ({ path: ['folders', f.path], after: f.mode.toString(8).padStart(4, '0') })),
    ...item.files.map((f) => ({ path: ['files', f.path], after: `mode ${f.mode.toString(8).padStart(4, '0')}` })),
    ...item.mounts.map((m) => ({ path: ['mounts', m.mountPath], after: m.hostPath })),
    ...(item.unmounts ?? []).map((m) => ({ path: ['mounts', m.mountPath], before: m.hostPath })),
    ...item.flags.filter((f) => f.before !== f.after).map((f) => ({ path: ['flags', f.name], ...sides(f) })),
    ...item.settings.map((s) => ({ path: ['settings', ...s.path.map(String)], ...sides(s) })),
  ]
  return structuredClone(fields) as JournalEntry['fields']
}

/** The step that makes a change on a node: the copy of the keys, the guard, the wait until the API shows it. */
export function nodeStep(entry: JournalEntry, change: NodeChange, input: GuardRun): Step {
  return {
    entry,
    send: async ({ say, note }) => {
      const text = await textsOf(change.plan, input.keys, input.templates)
      const files = await keepCopy(`${entry.id}-${folderName(change.node)}`, change.plan, text, input.outDir)
      if (files.length > 0) {
        say(`a copy of the files with keys is in ${input.outDir}`)
        // Where this process ends now, the guard goes on: what it puts in force must be known to the next one.
        await note({ files: [...files] })
      }
      const outcome = await guard(entry, 'apply', change.plan, text, input, say)
      await waitForMirror(entry, 'after', input, say)
      return ended(entry, outcome)
    },
  }
}

/** The step that takes a change on a node back, from what the node kept. */
export function nodeUndoStep(entry: JournalEntry, original: JournalEntry, input: GuardRun, afterwards: () => Promise<void>): Step {
  const plan = original.node?.plan
  if (plan === undefined)
    throw new HardenError('input', 'The journal does not say what was changed on the node.', 'Undo it on the node, with the script there.')
  return {
    entry,
    send: async ({ say }) => {
      const outcome = await guard(entry, 'undo', plan, () => '', input, say)
      await waitForMirror(original, 'before', input, say)
      return ended(entry, outcome)
    },
    afterwards,
  }
}

async function guard(
  entry: JournalEntry,
  command: NodeCommand,
  plan: NodePlan,
  text: (file: NodeFile) => string,
  { nodes, bundle, signal, templates }: GuardRun,
  say: (line: string) => void,
): Promise<NodeOutcome> {
  if (nodes === undefined || entry.node === undefined)
    throw new HardenError('rejected', 'There is no way to the nodes from here.', 'Run the script on the node by hand.')
  const { name: node, component, run, image } = entry.node
  const files = bundle({ run, node, plan, command, text, ...(templates === undefined ? {} : { templates }) })
  const options = { onLine: say, ...(signal === undefined ? {} : { signal }) }
  const outcome = await nodes.run(
    { run, node, component, command, plan: withoutContent(plan), image, bundle: files, withinSeconds: plan.withinSeconds },
    options,
  )
  refuse(entry, outcome)
  return outcome
}

function ended(entry: JournalEntry, outcome: NodeOutcome): Partial<JournalEntry> {
  return entry.node === undefined ? {} : { node: { ...entry.node, outcome } }
}

/** Outcomes that are no success, in words; the outcome itself goes into the journal. */
function refuse(entry: JournalEntry, outcome: NodeOutcome): void {
  const { state, seconds } = outcome
  const detail = outcome.detail.endsWith('.') ? outcome.detail : `${outcome.detail}.`
  const error = (message: string, hint: string) =>
    new HardenError('change-failed', message, hint, { cause: new Noted(ended(entry, outcome)) })
  if (state === 'refused')
    throw error(`refused on the node: ${detail} Nothing was changed there.`, 'Change what it names, and preview again.')
  if (state === 'rolled-back')
    throw error(
      `It did not become healthy, so the node went back by itself after ${Math.round(seconds)} s: ${detail} It is as it was before.`,
      'Look at the reason, change the answers, and preview again.',
    )
  if (state === 'rollback-failed')
    throw error(
      `It did not become healthy, and the node could not go back by itself: ${detail}`,
      `Go to node ${outcome.node} now: what was replaced is kept there in /var/lib/kubeharden/${outcome.run}.`,
    )
}
