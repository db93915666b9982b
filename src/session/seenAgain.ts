import { maskObject } from '#change/credentials.ts'
import { fieldChanges } from '#change/diff.ts'
import { getAt } from '#change/edits.ts'
import { jsonEqual } from '#change/json.ts'
import type { Writer } from '#model/access.ts'
import { type PathStep, type Preview, pathLabel } from '#model/change.ts'
import { canGoBack, type JournalEntry, type JournalRun } from '#model/journal.ts'
import type { NodeOutcome } from '#model/node.ts'
import { REDACTED } from '#model/objects/redact.ts'
import { type KubeObject, refKey } from '#model/refs.ts'
import type { SeenAgain } from './verify.ts'

/**
 * Looks at each object of a run again: is it stored as the preview showed it? The journal holds only what undo needs, so
 * that what a created object is to look like comes from the preview.
 */
export async function seenAgain(run: JournalRun, preview: Preview, writer: Writer): Promise<readonly SeenAgain[]> {
  const settled = run.entries.filter((e) => e.state === 'done' && canGoBack(e) && e.action !== 'node')
  const nodes = run.entries.flatMap((e) => (e.state === 'done' && e.node?.outcome !== undefined ? [onNode(e.ref, e.node.outcome)] : []))
  const wanted = new Map(preview.items.flatMap((i) => (i.kind === 'object' ? [[refKey(i.ref), i.after] as const] : [])))
  return [...(await Promise.all(settled.map((entry) => lookAt(entry, run.kind, wanted.get(refKey(entry.ref)), writer)))), ...nodes]
}

/** Of a node its guard has looked, for as long as it took. */
function onNode(ref: JournalEntry['ref'], { state, detail, seconds }: NodeOutcome): SeenAgain {
  return { ref, ok: true, detail: `${state} after ${Math.round(seconds)} s: ${detail}` }
}

async function lookAt(entry: JournalEntry, kind: JournalRun['kind'], wanted: KubeObject | undefined, writer: Writer): Promise<SeenAgain> {
  const live = await writer.get(entry.ref)
  const { ref } = entry
  if (entry.action === 'delete') {
    const gone = live === undefined || live.metadata.deletionTimestamp !== undefined || live.metadata.uid !== entry.uidBefore
    return { ref, ok: gone, detail: gone ? 'is gone' : 'is still there' }
  }
  if (live === undefined) return { ref, ok: false, detail: 'is not there' }
  const paths =
    entry.action === 'create' && wanted !== undefined ? unlike(wanted, live) : changed(entry, kind === 'undo' ? wanted : undefined, live)
  if (paths.length === 0) return { ref, ok: true, detail: 'is stored as previewed' }
  const more = paths.length > 3 ? ` and ${paths.length - 3} more fields` : ''
  return { ref, ok: false, detail: `differs in ${paths.slice(0, 3).map(pathLabel).join(', ')}${more}` }
}

/** Fields of a created object that are not as previewed; what the server filled in by itself is no difference. */
function unlike(wanted: KubeObject, live: KubeObject): readonly (readonly PathStep[])[] {
  const masked = (object: KubeObject) => maskObject(object, { everyEnv: true })
  return fieldChanges(masked(wanted), masked(live))
    .filter((f) => f.before !== undefined && f.before !== REDACTED)
    .map((f) => f.path)
}

/**
 * Changed fields that are not as the server answered, gone ones included. An undo leaves what others did beside it, so
 * that there the preview says what is to be in the field. Values that may hold credentials are not in the journal.
 */
function changed(entry: JournalEntry, wanted: KubeObject | undefined, live: KubeObject): readonly (readonly PathStep[])[] {
  return entry.fields.flatMap(({ path, after }) => {
    const meant = wanted === undefined ? after : getAt(wanted, path)
    return meant === REDACTED || jsonEqual(getAt(live, path), meant) ? [] : [path]
  })
}
