import type { Writer, Written } from '#model/access.ts'
import type { Change } from '#model/change.ts'
import { type Json, type KubeObject, type ObjectRef, refOf } from '#model/refs.ts'
import { applyEdits, setAt } from './edits.ts'
import { mergeOwned } from './owned.ts'
import { renderObject } from './render.ts'
import { documentOf, print, readForWriting, toYaml } from './yaml.ts'

export type ObjectChange = Exclude<Change, { kind: 'guide' | 'node' }>

/** What a change wants to be stored. */
export interface Wanted {
  readonly object: KubeObject
  /** Template's comments kept, what was merged in added. */
  readonly yaml: () => string
}

/** Which object a change is about. */
export function refOfChange(change: ObjectChange, templates?: string): ObjectRef {
  if (change.kind === 'object') return refOf(change.object)
  return change.kind === 'apply' ? refOf(renderObject(change.template, change.values, templates).object) : change.ref
}

/** Computes what a change wants, over the live object where there is one. Pure: preview and apply get the same. */
export function wantedOf(
  change: Exclude<ObjectChange, { kind: 'remove' }>,
  live: KubeObject | undefined,
  manager: string,
  templates?: string,
): Wanted {
  if (change.kind === 'edit') {
    const object = live === undefined ? live : applyEdits(live, change.edits)
    if (object === undefined) throw new Error('an edit needs its object')
    return { object, yaml: () => print(documentOf(object as unknown as Json), object as unknown as Json) }
  }
  const { text, object } = change.kind === 'object' ? given(change.object) : renderObject(change.template, change.values, templates)
  if (live === undefined) return { object, yaml: () => text }
  const merged = mergeOwned(object, live, manager)
  return { object: merged.object, yaml: () => withAdded(text, merged.object, merged.added) }
}

function given(object: KubeObject) {
  return { object, text: toYaml(object as unknown as Json) }
}

function withAdded(text: string, object: KubeObject, added: ReturnType<typeof mergeOwned>['added']): string {
  if (added.length === 0) return text
  const document = readForWriting(text)
  for (const { path, after } of added) document.setIn(path, document.createNode(after))
  return print(document, object as unknown as Json)
}

export interface SendOptions {
  readonly fieldManager: string
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly signal?: AbortSignal
}

/**
 * Sends what is wanted: server-side apply for a template, PUT for an edit. Over an existing object its uid and
 * resourceVersion go with it as preconditions, so that nothing lands on what nobody has seen.
 */
export function send(
  writer: Writer,
  change: ObjectChange,
  wanted: Wanted,
  live: KubeObject | undefined,
  options: SendOptions,
): Promise<Written> {
  if (change.kind === 'edit') return writer.replace(wanted.object, options)
  const { uid, resourceVersion } = live?.metadata ?? {}
  const conditions = Object.entries({ uid, resourceVersion }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  const object = conditions.reduce<Json>((o, [key, value]) => setAt(o, ['metadata', key], value), wanted.object as unknown as Json)
  return writer.apply(object as unknown as KubeObject, options)
}
