import type { Check, Seen } from '#model/check.ts'
import { type Item, KINDS, type Kind } from '#model/kinds.ts'
import { describeRight, type Gap } from '#model/right.ts'
import type { Collected, State } from '#model/state.ts'

/** What one check may look at: undefined where a kind it needs was not seen at all. */
export interface Sight {
  readonly seen: Seen<Kind> | undefined
  readonly gaps: readonly Gap[]
  /** Of kinds that only help: what is missing of them. */
  readonly helping: readonly Gap[]
}

/**
 * Narrows a state to what a check reads. A check never sees half a list: namespaced kinds are cut to the namespaces
 * that were seen whole for every kind it reads; a kind that was not seen at all leaves nothing to look at.
 */
export function sightOf(state: State, check: Pick<Check, 'reads' | 'helps'>): Sight {
  const gaps: Gap[] = []
  let only: Set<string> | undefined
  const without = new Set<string>()
  let blind = false
  for (const kind of check.reads) {
    const collected = state.kinds[kind] as Collected<Item<Kind>> | undefined
    if (collected === undefined) {
      gaps.push(notRead(kind))
      blind = true
      continue
    }
    const own = gapsOf(kind, collected)
    for (const gap of own) {
      gaps.push(gap)
      if (gap.namespace !== undefined) without.add(gap.namespace)
    }
    if (!own.some(isWhole)) continue
    if (collected.onlyNamespaces === undefined) blind = true
    else only = intersect(only, collected.onlyNamespaces)
  }
  const helps = check.helps ?? []
  const helping = distinct(helps.flatMap((kind) => missing(state, kind)))
  if (blind || only?.size === 0) return { seen: undefined, gaps: distinct(gaps), helping }
  const visible = (namespace: string) => (only === undefined || only.has(namespace)) && !without.has(namespace)
  const entries = check.reads.map((kind) => [kind, narrowed(state, kind, visible)])
  const more = helps.map((kind) => [kind, (state.kinds[kind] as Collected<Item<Kind>> | undefined)?.items ?? []])
  return { seen: Object.fromEntries([...more, ...entries]) as Seen<Kind>, gaps: distinct(gaps), helping }
}

function missing(state: State, kind: Kind): readonly Gap[] {
  const collected = state.kinds[kind] as Collected<Item<Kind>> | undefined
  return collected === undefined ? [notRead(kind)] : gapsOf(kind, collected)
}

function notRead(kind: Kind): Gap {
  return { kind, reason: 'not-in-source', detail: `${KINDS[kind].kind} objects were not read` }
}

/** A gap over the whole kind, not over one namespace or one object of it. */
function isWhole(gap: Gap): boolean {
  return gap.namespace === undefined && gap.name === undefined
}

/** Where only some namespaces are said to be whole, the others were not seen, even if a file from elsewhere names no gap. */
function gapsOf(kind: Kind, { gaps, onlyNamespaces }: Collected<unknown>): readonly Gap[] {
  if (onlyNamespaces === undefined || gaps.some(isWhole)) return gaps
  return [...gaps, { kind, reason: 'not-in-source', detail: `${KINDS[kind].kind} objects were read in some namespaces only` }]
}

function narrowed(state: State, kind: Kind, visible: (namespace: string) => boolean): readonly Item<Kind>[] {
  const items = (state.kinds[kind] as Collected<Item<Kind>>).items
  if (kind === 'namespaces') return items.filter((item) => visible(item.metadata.name))
  if (!KINDS[kind].namespaced) return items
  return items.filter((item) => {
    const namespace = 'namespace' in item.metadata ? item.metadata.namespace : undefined
    return namespace === undefined || visible(namespace)
  })
}

function intersect(a: Set<string> | undefined, b: readonly string[]): Set<string> {
  return new Set(a === undefined ? b : b.filter((name) => a.has(name)))
}

/** The same gap reached through several kinds is one gap. */
export function distinct(gaps: readonly Gap[]): readonly Gap[] {
  const byKey = new Map<string, Gap>()
  for (const gap of gaps) {
    const needs = gap.needs === undefined ? '' : describeRight(gap.needs)
    byKey.set([gap.kind, gap.namespace ?? '', gap.name ?? '', gap.reason, needs, needs === '' ? gap.detail : ''].join('|'), gap)
  }
  return [...byKey.values()]
}
