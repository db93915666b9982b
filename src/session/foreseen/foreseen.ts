import type { CollectOptions } from '#model/access.ts'
import type { Impact, Preview, PreviewItem } from '#model/change.ts'
import { toHardenError } from '#model/errors.ts'
import { type Item, type Kind, kindOf } from '#model/kinds.ts'
import { type KubeObject, type ObjectRef, refKey } from '#model/refs.ts'
import type { Collected, State } from '#model/state.ts'
import { refTo } from '#simulate/workloadsRefs.ts'
import { withObjects } from '../added.ts'
import { type Aspect, type Changed, gapImpacts } from './aspect.ts'
import { flows } from './flows.ts'
import { podSecurity } from './podSecurity.ts'
import { quota } from './quota.ts'

/** What may restrict what is there already. A new simulator is one more of these. */
const ASPECTS: readonly Aspect[] = [flows, podSecurity, quota]

export type Look = (kinds: readonly Kind[], options: CollectOptions) => Promise<State>

/** The preview with what the simulators say of its objects. */
export async function withForeseen(preview: Preview, look: Look, now: Date, signal?: AbortSignal): Promise<Preview> {
  const more = await foreseen(preview.items, look, now, signal)
  return more.length === 0 ? preview : { ...preview, impacts: [...preview.impacts, ...more] }
}

/**
 * What the objects of a preview would cut, refuse or hold up among what is there, as the simulators say it. The cluster is read
 * for it only where one of them is touched; what cannot be read is said, and never taken for nothing.
 */
async function foreseen(items: readonly PreviewItem[], look: Look, now: Date, signal?: AbortSignal): Promise<readonly Impact[]> {
  const changed = changesIn(items)
  const touched = ASPECTS.filter((aspect) => aspect.touches.some((kind) => changed.kinds.has(kind)))
  if (touched.length === 0) return []
  const options = signal === undefined ? {} : { signal }
  try {
    const before = await look([...new Set(touched.flatMap((a) => a.reads))], options)
    const more = [...new Set(touched.flatMap((a) => a.readsToo?.(afterwards(before, changed)) ?? []))]
    const read = more.length === 0 ? before : merged(before, await look(more, options))
    const after = afterwards(read, changed)
    return touched.flatMap((aspect) => [...aspect.tell({ before: read, after, refs: changed.refs, now }), ...gapImpacts(read, aspect)])
  } catch (error) {
    if (signal?.aborted === true) throw error
    return [
      { level: 'warn', text: { en: 'What it would cut or refuse is not known: {why}' }, params: { why: toHardenError(error).message } },
    ]
  }
}

/** What is created, changed and removed; what cannot be applied changes nothing. */
function changesIn(items: readonly PreviewItem[]): Changed {
  const set: KubeObject[] = []
  const gone: ObjectRef[] = []
  for (const item of items) {
    if (item.kind !== 'object' || item.refused !== undefined || item.action === 'none') continue
    if (item.action === 'delete') gone.push(item.ref)
    else if (item.after !== undefined) set.push(item.after)
  }
  const refs = items.flatMap((item) => (item.kind === 'object' && item.action !== 'none' ? [item.ref] : []))
  const kinds = new Set(refs.flatMap((ref) => kindOf(ref.apiVersion, ref.kind) ?? []))
  return { set, gone, refs, kinds }
}

function afterwards(state: State, { set, gone, kinds }: Changed): State {
  const keys = new Set(gone.map(refKey))
  const left = Object.fromEntries(
    (Object.entries(state.kinds) as [Kind, Collected<Item<Kind>>][]).map(([kind, read]) => [
      kind,
      keys.size === 0 ? read : { ...read, items: read.items.filter((item) => !keys.has(refKey(refTo(kind, item)))) },
    ]),
  ) as State['kinds']
  return withObjects({ ...state, kinds: left }, set, [...kinds]).state
}

function merged(a: State, b: State): State {
  return { ...a, kinds: { ...b.kinds, ...a.kinds } }
}
