import * as z from 'zod'
import { NODE_COMPONENTS, NODE_STATES, type NodePlan } from './node.ts'
import type { Json, KubeObject } from './refs.ts'
import { rewriteCounts } from './rewrite.ts'

const json: z.ZodType<Json> = z.json() as z.ZodType<Json>
const ref = z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string().optional(), name: z.string() })
const step = z.union([z.string(), z.object({ key: z.string(), value: z.string() })])

/** A changed path with what was there and what is expected there now; absent = the field was, or is, not there. */
export const fieldChange = z.object({ path: z.array(step), before: json.optional(), after: json.optional() })

/** How a guard ended, as the node's script said it. */
export const nodeOutcome = z.object({
  run: z.string(),
  node: z.string(),
  component: z.enum(NODE_COMPONENTS),
  state: z.enum(NODE_STATES),
  detail: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  seconds: z.number(),
})

/**
 * One change. `planned` is on disk before anything is sent, `sent` directly before the request, `done` with what the
 * server answered. An entry left at `sent` by a crash is settled by looking at the object.
 */
export const journalEntry = z.object({
  id: z.string(),
  wizard: z.string(),
  ref,
  action: z.enum(['create', 'update', 'delete', 'files', 'node', 'rewrite']),
  fieldManager: z.string(),
  state: z.enum(['planned', 'sent', 'done', 'failed', 'not-done', 'undone']),
  /** Of the live object before and after, where there was one. */
  uidBefore: z.string().optional(),
  resourceVersionBefore: z.string().optional(),
  uidAfter: z.string().optional(),
  resourceVersionAfter: z.string().optional(),
  fields: z.array(fieldChange),
  /** managedFields before an update, to give ownership back; they hold field names, no values. */
  managedFieldsBefore: json.optional(),
  /** A deleted object, whole; only kinds that hold no credentials are ever deleted. */
  removed: z.custom<KubeObject>((v) => typeof v === 'object' && v !== null).optional(),
  /** Files written for a guided change. */
  files: z.array(z.string()).optional(),
  /** A change on a node: which guard, and how it ended. `run` is also the folder on the node that keeps the way back. */
  node: z
    .object({
      name: z.string(),
      component: z.enum(NODE_COMPONENTS),
      run: z.string(),
      image: z.string(),
      /** For the way back; what the files hold is not in it. */
      plan: z.custom<NodePlan>((v) => typeof v === 'object' && v !== null).optional(),
      outcome: nodeOutcome.optional(),
    })
    .optional(),
  /** What was stored again, and how it ended. */
  rewrite: z.object({ resource: z.string(), objects: z.number(), counts: rewriteCounts.optional() }).optional(),
  /** How the API tells that the files took, once they are on the nodes. */
  proof: z
    .union([
      z.object({ kind: z.literal('encryption'), prefix: z.string(), resources: z.array(z.string()), goal: z.string().optional() }),
      z.object({ kind: z.literal('check'), check: z.string() }),
    ])
    .optional(),
  error: z.string().optional(),
  doneAt: z.string().optional(),
  undoneAt: z.string().optional(),
})
export type JournalEntry = z.infer<typeof journalEntry>

/** Is there anything that an undo of this entry could take back? Files stay where they are; what was stored again holds what it held. */
export function canGoBack(entry: Pick<JournalEntry, 'action'>): boolean {
  return entry.action !== 'files' && entry.action !== 'rewrite'
}

/** Under this name a probe stands in the journal: objects that are there for minutes, and are removed by whoever comes next. */
export const PROBE = 'admission-probe'

/** Is there still something in the cluster that a probe wrote, or may have written? Its process was killed, or is at work. */
export function isStandingProbe(run: Pick<JournalRun, 'kind' | 'entries'>): boolean {
  return run.kind === 'apply' && run.entries.some((e) => e.wizard === PROBE && mayStand(e))
}

/** May there be an object of this entry in the cluster? */
export function mayStand({ state }: Pick<JournalEntry, 'state'>): boolean {
  return state === 'sent' || state === 'done'
}

/** Copies of files with keys that went to nodes, in a folder of the operator's. */
export function keyCopies(run: { readonly entries: readonly JournalEntry[] }): readonly string[] {
  return run.entries.flatMap((e) => (e.action === 'node' ? (e.files ?? []) : []))
}

/** What reading the cluster again showed. `ok`: every object is as intended and no check got worse. */
export const verification = z.object({
  at: z.string(),
  checks: z.array(
    z.object({ check: z.string(), before: z.string().optional(), after: z.string(), failsBefore: z.number(), failsAfter: z.number() }),
  ),
  objects: z.array(z.object({ ref, ok: z.boolean(), detail: z.string() })),
  ok: z.boolean(),
})
export type Verification = z.infer<typeof verification>

/** All changes of one apply (or one undo), as one file. */
export const journalRun = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  kind: z.enum(['apply', 'undo']),
  /** For an undo: the run that it reverses. */
  undoes: z.string().optional(),
  cluster: z.object({ uid: z.string().optional(), name: z.string(), server: z.string().optional() }),
  who: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  entries: z.array(journalEntry),
  verification: verification.optional(),
})
export type JournalRun = z.infer<typeof journalRun>

/** The journal of one cluster. Every save is on disk (atomic, synced) when its promise resolves. */
export interface Journal {
  save(run: JournalRun): Promise<void>
  /** All runs, oldest first. */
  list(): Promise<readonly JournalRun[]>
  get(id: string): Promise<JournalRun | undefined>
}
