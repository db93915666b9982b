import type { z } from 'zod'
import { HardenError } from '#model/errors.ts'
import { type Item, KINDS, kindOf } from '#model/kinds.ts'
import { type KubeObject, type ObjectRef, refKey, refLabel } from '#model/refs.ts'
import type { Collected, State } from '#model/state.ts'
import { FOREIGN_KINDS } from '#simulate/network/foreign.ts'

const POLICY_KINDS = ['networkPolicies', ...FOREIGN_KINDS] as const
type PolicyKind = (typeof POLICY_KINDS)[number]

/** The state as it would be with these policies; one of the same name takes the place of the one that is there. */
export interface Added {
  readonly state: State
  readonly policies: readonly ObjectRef[]
}

/** Adds the policies among these objects. Throws HardenError `input` where there is none or one cannot be read. */
export function withPolicies(state: State, objects: readonly KubeObject[], namespace = 'default'): Added {
  const found = objects.flatMap(flatten).flatMap((object) => {
    const kind = kindOf(object.apiVersion, object.kind)
    return kind !== undefined && isPolicy(kind) ? [read(kind, object, namespace)] : []
  })
  if (found.length === 0)
    throw new HardenError('input', 'There is no network policy in what is to be added.', 'Give a file with NetworkPolicy objects.')
  const kinds: Record<string, unknown> = { ...state.kinds }
  for (const kind of new Set(found.map((f) => f.kind))) {
    const added = found.filter((f) => f.kind === kind)
    const names = new Set(added.map((f) => refKey(f.ref)))
    const before = state.kinds[kind] as Collected<Item<PolicyKind>> | undefined
    const kept = (before?.items ?? []).filter((item) => !names.has(refKey(refOfItem(kind, item))))
    kinds[kind] = { ...(before ?? { gaps: [] }), items: [...kept, ...added.map((f) => f.item)] }
  }
  return { state: { ...state, kinds: kinds as State['kinds'] }, policies: found.map((f) => f.ref) }
}

function isPolicy(kind: string): kind is PolicyKind {
  return (POLICY_KINDS as readonly string[]).includes(kind)
}

function flatten(object: KubeObject): KubeObject[] {
  const { items } = object as unknown as { items?: KubeObject[] }
  return object.kind.endsWith('List') && Array.isArray(items) ? items.flatMap(flatten) : [object]
}

function read(kind: PolicyKind, object: KubeObject, namespace: string) {
  const clean = JSON.parse(JSON.stringify(object), (_key, value: unknown) => (value === null ? undefined : value)) as KubeObject
  const placed = KINDS[kind].namespaced
    ? { ...clean, metadata: { ...clean.metadata, namespace: clean.metadata.namespace ?? namespace } }
    : clean
  const parsed = (KINDS[kind].schema as z.ZodType).safeParse(placed)
  if (parsed.success) {
    const item = parsed.data as Item<PolicyKind>
    return { kind, item, ref: refOfItem(kind, item) }
  }
  const issue = parsed.error.issues[0]
  throw new HardenError(
    'input',
    `${refLabel({ apiVersion: object.apiVersion, kind: object.kind, name: String(clean.metadata?.name ?? '(without a name)') })} cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'Correct the manifest and run again.',
  )
}

function refOfItem(kind: PolicyKind, item: Item<PolicyKind>): ObjectRef {
  const { namespace, name } = item.metadata
  return { apiVersion: KINDS[kind].apiVersion, kind: KINDS[kind].kind, ...(namespace === undefined ? {} : { namespace }), name }
}
