import type { z } from 'zod'
import { HardenError } from '#model/errors.ts'
import { type Item, KINDS, type Kind, kindOf } from '#model/kinds.ts'
import { type KubeObject, type ObjectRef, refKey, refLabel } from '#model/refs.ts'
import type { Collected, State } from '#model/state.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

/** The state as it would be with these objects; one of the same name takes the place of the one that is there. */
export interface Added {
  readonly state: State
  readonly refs: readonly ObjectRef[]
}

/**
 * Adds those among the objects that are of these kinds; without a namespace they go into the given one. Throws HardenError
 * `input` where one cannot be read.
 */
export function withObjects(state: State, objects: readonly KubeObject[], kinds: readonly Kind[], namespace = 'default'): Added {
  const found = objects.flatMap(flatten).flatMap((object) => {
    const kind = kindOf(object.apiVersion, object.kind)
    return kind !== undefined && kinds.includes(kind) ? [read(kind, object, namespace)] : []
  })
  const changed: Record<string, unknown> = { ...state.kinds }
  for (const kind of new Set(found.map((f) => f.kind))) {
    const added = found.filter((f) => f.kind === kind)
    const names = new Set(added.map((f) => refKey(f.ref)))
    const before = state.kinds[kind] as Collected<Item<Kind>> | undefined
    const kept = (before?.items ?? []).filter((item) => !names.has(refKey(refTo(kind, item))))
    changed[kind] = { ...(before ?? { gaps: [] }), items: [...kept, ...added.map((f) => f.item)] }
  }
  return { state: { ...state, kinds: changed as State['kinds'] }, refs: found.map((f) => f.ref) }
}

function flatten(object: KubeObject): KubeObject[] {
  const { items } = object as unknown as { items?: KubeObject[] }
  return object.kind.endsWith('List') && Array.isArray(items) ? items.flatMap(flatten) : [object]
}

function read(kind: Kind, object: KubeObject, namespace: string) {
  const clean = JSON.parse(JSON.stringify(object), (_key, value: unknown) => (value === null ? undefined : value)) as KubeObject
  const placed = KINDS[kind].namespaced
    ? { ...clean, metadata: { ...clean.metadata, namespace: clean.metadata.namespace ?? namespace } }
    : clean
  const parsed = (KINDS[kind].schema as z.ZodType).safeParse(placed)
  if (parsed.success) {
    const item = parsed.data as Item<Kind>
    return { kind, item, ref: refTo(kind, item) }
  }
  const issue = parsed.error.issues[0]
  throw new HardenError(
    'input',
    `${refLabel({ apiVersion: object.apiVersion, kind: object.kind, name: String(clean.metadata?.name ?? '(without a name)') })} cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'Correct the manifest and run again.',
  )
}
