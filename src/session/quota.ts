import { sightOf } from '#evaluate/see.ts'
import type { CollectOptions } from '#model/access.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { Kind } from '#model/kinds.ts'
import type { NamespaceQuota, QuotaFigures, QuotaPreview } from '#model/quota.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import type { Gap } from '#model/right.ts'
import { itemsOf, type State } from '#model/state.ts'
import { printQuantity } from '#simulate/quantity.ts'
import { countedKind, countedKinds, groundsOf, isCountable, QUOTA_READS } from '#simulate/quota/ground.ts'
import { type Ground, type Judgement, judge } from '#simulate/quota/judge.ts'
import type { Quota } from '#simulate/quota/quota.ts'
import { none, only, type Resources, written } from '#simulate/quota/resources.ts'
import { withObjects } from './added.ts'
import type { SessionDeps } from './deps.ts'
import { proposalsFor } from './quotaPropose.ts'
import type { Target } from './types.ts'
import { ONE_NAMESPACE, unreadable } from './unreadable.ts'

export interface QuotaAsked {
  /** Objects among which new ResourceQuotas and LimitRanges are. */
  readonly add?: readonly KubeObject[]
  /** Propose them, with this much room over what is used, in percent. */
  readonly headroom?: number
  readonly namespace?: string
}

/** Would what is there, and its next rollouts, fit into the quotas and limit ranges? Nothing is written. */
export async function previewQuota(
  deps: SessionDeps,
  target: Target,
  asked: QuotaAsked,
  options: CollectOptions = {},
): Promise<QuotaPreview> {
  const connection = await deps.connect(target, options.signal)
  try {
    const read = await connection.reader.collect(QUOTA_READS, options)
    const { state, refs } = withAdded(read, asked)
    const kinds = countedKinds(state)
    const more = kinds.length === 0 ? undefined : await connection.reader.collect(kinds, options)
    return quotaOf({ ...state, kinds: { ...more?.kinds, ...state.kinds } }, asked, refs, deps.now())
  } finally {
    await connection.reader.close()
  }
}

function withAdded(state: State, { add, namespace }: QuotaAsked) {
  if (add === undefined) return { state, refs: [] }
  const added = withObjects(state, add, ['resourceQuotas', 'limitRanges'], namespace)
  if (added.refs.length > 0) return added
  throw new HardenError('input', 'There is no ResourceQuota and no LimitRange in what is to be added.', 'Give a file with such objects.')
}

/** The same of a state that was read: pure. */
export function quotaOf(read: State, asked: QuotaAsked, refs: readonly ObjectRef[], now: Date): QuotaPreview {
  const names = namesOf(read, refs, asked.namespace)
  const blind = blindIn(read, names)
  const proposals =
    asked.headroom === undefined
      ? undefined
      : proposalsFor(
          read,
          names.filter((n) => !blind.some(n)),
          asked.headroom,
          now,
        )
  const proposed = proposals === undefined ? { state: read, refs: [] } : withObjects(read, proposals, ['resourceQuotas', 'limitRanges'])
  const added = [...refs, ...proposed.refs]
  const groundOf = groundsOf(proposed.state, now)
  const found: Gap[] = []
  const namespaces = names.map((name): NamespaceQuota => {
    try {
      return judged(proposed.state, name, groundOf(name), added, blind, found)
    } catch (error) {
      const { code, message } = toHardenError(error)
      // A wrong amount in what the operator gave is for the operator to correct.
      if (code !== 'input' || refs.some((ref) => ref.namespace === name)) throw error
      found.push({ kind: 'resources', namespace: name, reason: 'malformed', detail: message })
      return { name, complete: false, quotas: [], limitRanges: [], refused: [], idle: [] }
    }
  })
  const uncounted = namespaces.flatMap((ns) => uncountedGaps(ns))
  const gaps = [...blind.gaps, ...found, ...uncounted].filter((gap) => gap.namespace === undefined || names.includes(gap.namespace))
  return { added, namespaces, gaps, ...(proposals === undefined ? {} : { proposals }) }
}

function judged(state: State, name: string, whole: Ground, added: readonly ObjectRef[], blind: Blind, gaps: Gap[]): NamespaceQuota {
  const hidden = (resource: string) => {
    const kind = countedKind(resource)
    return !isCountable(resource) || (kind !== undefined && blind.to(kind, name))
  }
  // Over what cannot be counted nothing is said.
  const cut = new Map(whole.quotas.map((quota) => [quota, { ...quota, hard: only(quota.hard, (resource) => !hidden(resource)) }]))
  const found = judge({ ...whole, quotas: [...cut.values()] })
  gaps.push(...found.doubts.map(({ kind, detail }): Gap => ({ kind, namespace: name, reason: 'not-visible', detail })))
  const counted = whole.quotas.every((quota) => [...quota.hard.keys()].every((resource) => !hidden(resource)))
  // Defaults that are not seen could fill in what seems to be missing, and hidden quotas refuse.
  const certain = !blind.to('limitRanges', name) && !blind.to('resourceQuotas', name)
  const isAdded = (kind: string, of: string) => added.some((ref) => ref.kind === kind && ref.namespace === name && ref.name === of)
  return {
    name,
    complete: !blind.some(name) && counted && found.doubts.length === 0,
    quotas: whole.quotas.map((quota) => figures(state, name, quota, cut.get(quota) ?? quota, found, isAdded('ResourceQuota', quota.name))),
    limitRanges: whole.ranges.map((range) => range.name),
    refused: certain ? found.refused : [],
    idle: certain ? found.idle : [],
  }
}

function figures(state: State, namespace: string, quota: Quota, counted: Quota, found: Judgement, added: boolean): QuotaFigures {
  const stored = itemsOf(state, 'resourceQuotas').find((q) => q.metadata.name === quota.name && q.metadata.namespace === namespace)
  const amounts = (of: Resources, other: (name: string) => string | null) =>
    Object.fromEntries(
      [...quota.hard.keys()]
        .toSorted()
        .map((name) => [name, of.has(name) ? printQuantity(of.get(name) ?? { milli: 0n, format: 'decimal' }) : other(name)]),
    )
  const scopes = quota.scopes.map(({ scopeName, operator, values }) =>
    [scopeName, ...(operator === 'Exists' ? [] : [operator, values.join(',')])].join(' ').trim(),
  )
  return {
    name: quota.name,
    ...(added ? { added } : {}),
    ...(scopes.length === 0 ? {} : { scopes }),
    hard: written(quota.hard),
    // What is not counted here, the API server may have counted.
    used: amounts(found.used.get(counted) ?? none, (name) =>
      stored?.status.used[name] === undefined ? null : String(stored.status.used[name]),
    ),
    afterRollout: amounts(found.afterRollout.get(counted) ?? none, () => null),
  }
}

interface Blind {
  /** Was something of what the preview always reads not seen there? */
  readonly some: (namespace: string) => boolean
  readonly to: (kind: Kind, namespace: string) => boolean
  readonly gaps: readonly Gap[]
}

function blindIn(state: State, names: readonly string[]): Blind {
  const sightTo = (kinds: readonly Kind[]) => {
    const { seen, gaps } = sightOf(
      { ...state, kinds: { ...state.kinds, namespaces: known(state, names) } },
      { reads: ['namespaces', ...kinds] },
    )
    return { seen: new Set((seen?.namespaces ?? []).map((n) => n.metadata.name)), gaps }
  }
  const always = sightTo(QUOTA_READS.filter((kind) => kind !== 'namespaces'))
  const counted = countedKinds(state)
  const one = new Map([...QUOTA_READS, ...counted].map((kind) => [kind as Kind, sightTo([kind])]))
  const gaps = [...always.gaps, ...counted.flatMap((kind) => one.get(kind)?.gaps ?? []), ...(state.kinds.namespaces?.gaps ?? [])]
  refuseBlind(state, names, always.seen)
  return { some: (name) => !always.seen.has(name), to: (kind, name) => one.get(kind)?.seen.has(name) !== true, gaps }
}

/** Namespaces that are only known by what is in them are looked at like all others. */
function known(state: State, names: readonly string[]): State['kinds']['namespaces'] {
  const there = new Map(itemsOf(state, 'namespaces').map((n) => [n.metadata.name, n]))
  const meta = {
    creationTimestamp: undefined,
    deletionTimestamp: undefined,
    labels: {},
    annotations: {},
    ownerReferences: [],
    managers: [],
  }
  return { items: names.map((name) => there.get(name) ?? { metadata: { ...meta, name }, status: {} }), gaps: [] }
}

/** That everything fits can only be said where something was seen. */
function refuseBlind(state: State, names: readonly string[], seen: ReadonlySet<string>): void {
  const gap = state.kinds.pods?.gaps.find((g) => g.namespace === undefined && g.reason !== 'malformed')
  if (gap === undefined || names.some((name) => seen.has(name)) || itemsOf(state, 'pods').length > 0) return
  throw unreadable(gap, 'pods', ONE_NAMESPACE)
}

function namesOf(state: State, refs: readonly ObjectRef[], namespace: string | undefined): readonly string[] {
  const inside = QUOTA_READS.filter((kind) => kind !== 'namespaces').flatMap((kind) =>
    itemsOf(state, kind).map((item) => item.metadata.namespace ?? 'default'),
  )
  const all = new Set([
    ...itemsOf(state, 'namespaces').map((n) => n.metadata.name),
    ...inside,
    ...refs.map((ref) => ref.namespace ?? 'default'),
  ])
  if (namespace === undefined) return [...all].toSorted()
  if (all.has(namespace)) return [namespace]
  if ((state.kinds.namespaces?.gaps.length ?? 0) > 0) return [namespace]
  throw new HardenError('input', `There is no namespace ${namespace} in ${state.cluster.name}.`, 'Look at the name given with -n.')
}

function uncountedGaps({ name, quotas }: NamespaceQuota): readonly Gap[] {
  const resources = new Set(quotas.flatMap((quota) => Object.keys(quota.hard).filter((resource) => !isCountable(resource))))
  return [...resources].map((resource) => ({
    kind: 'resourceQuotas',
    namespace: name,
    reason: 'not-visible',
    detail: `what counts as ${resource} is not read here`,
  }))
}
