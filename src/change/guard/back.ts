import type { FieldChange, FlagChange, NodeItem, NodeRestore, PathStep } from '#model/change.ts'
import type { JournalEntry, JournalRun } from '#model/journal.ts'
import type { NodeComponent } from '#model/node.ts'
import { found, type GuardInput, NO_DOOR, signalOf } from './item.ts'

/** What taking a change on a node back would do, from what the journal knows of it. The node itself looks again. */
export async function previewNodeBack(
  run: JournalRun,
  entry: JournalEntry,
  later: string | undefined,
  input: GuardInput,
): Promise<NodeItem> {
  const change: NodeRestore = { kind: 'restore-node', node: entry.ref.name, run: run.id, entry: entry.id }
  const item = backItem(change, entry)
  if (later !== undefined)
    return {
      ...item,
      refused: {
        message: `${item.component} on node ${item.node} was changed again by run ${later}.`,
        hint: `Undo that first: kubeharden undo ${later}`,
      },
    }
  if (input.nodes === undefined) return { ...item, refused: NO_DOOR }
  const withinSeconds = entry.node?.plan?.withinSeconds ?? 120
  const { node, component, image } = item
  const look = await input.nodes.preflight({ node, component, image, withinSeconds }, signalOf(input))
  return { ...item, ...found(item, look, withinSeconds) }
}

function backItem(change: NodeRestore, entry: JournalEntry): NodeItem {
  const at = (kind: string) => entry.fields.filter((f) => f.path[0] === kind)
  const name = (path: readonly PathStep[]) => String(path[1])
  return {
    kind: 'node',
    change,
    node: change.node,
    component: (entry.node?.component ?? entry.ref.kind) as NodeComponent,
    image: entry.node?.image ?? '',
    action: 'undo',
    flags: at('flags').map((f): FlagChange => ({ name: name(f.path), ...side('before', f.after), ...side('after', f.before) })),
    settings: at('settings').map((f): FieldChange => swapped({ ...f, path: f.path.slice(1) })),
    folders: [],
    mounts: [],
    files: [],
    makesKeys: false,
    touches: [],
    warnings: at('files').map((f) => `${name(f.path)} becomes what it was before, or goes`),
  }
}

function side(to: 'before' | 'after', value: unknown): { readonly before?: string; readonly after?: string } {
  return value === undefined ? {} : { [to]: String(value) }
}

/** The way back of a field. */
export function swapped({ path, before, after }: FieldChange): FieldChange {
  return { path, ...(after === undefined ? {} : { before: after }), ...(before === undefined ? {} : { after: before }) }
}
