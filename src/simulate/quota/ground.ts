import { groupOf, type Item, KINDS, type Kind } from '#model/kinds.ts'
import { itemsOf, type State } from '#model/state.ts'
import type { Ground } from './judge.ts'
import { rangeOf } from './limitRange.ts'
import { countNames, countsClaims, countsPods, countsServices } from './names.ts'
import { type Quota, quotaOf } from './quota.ts'
import { WORKLOAD_READS, type WorkloadLists } from './workloads.ts'

/** What the preview always reads. Kinds that quotas only count come on top: `countedKinds`. */
export const QUOTA_READS = ['namespaces', ...WORKLOAD_READS, 'services', 'resourceQuotas', 'limitRanges'] as const satisfies readonly Kind[]

/** Which kind a quota counts under this name; undefined for those with rules of their own, and for what is never read. */
export function countedKind(name: string): Kind | undefined {
  if (countsPods(name) || countsClaims(name) || countsServices(name)) return undefined
  return COUNTED.get(name)
}

const COUNTED: ReadonlyMap<string, Kind> = new Map(
  (Object.keys(KINDS) as Kind[])
    .filter((kind) => KINDS[kind].namespaced && KINDS[kind].by !== 'probe')
    .flatMap((kind) => countNames(KINDS[kind].plural, groupOf(kind)).map((name) => [name, kind] as const)),
)

/** The kinds that the quotas of this state count and nothing else of the preview needs. */
export function countedKinds(state: State): readonly Kind[] {
  const names = itemsOf(state, 'resourceQuotas').flatMap((quota) => Object.keys(quota.spec.hard))
  const kinds = names.flatMap((name) => countedKind(name) ?? [])
  return [...new Set(kinds)].filter((kind) => !(QUOTA_READS as readonly Kind[]).includes(kind))
}

/** Can what stands under this name be counted at all? */
export function isCountable(name: string): boolean {
  return countsPods(name) || countsClaims(name) || countsServices(name) || COUNTED.has(name)
}

/** Everything by its namespace: looked through once, however many namespaces there are. */
export function groundsOf(state: State, now: Date): (namespace: string) => Ground {
  const kinds = new Set<Kind>([
    ...QUOTA_READS,
    ...itemsOf(state, 'resourceQuotas').flatMap((q) => Object.keys(q.spec.hard).flatMap((n) => countedKind(n) ?? [])),
  ])
  const groups = new Map([...kinds].map((kind) => [kind, Map.groupBy(itemsOf(state, kind) as readonly Item<Kind>[], namespaceOf)]))
  const of = <K extends Kind>(kind: K, namespace: string) => (groups.get(kind)?.get(namespace) ?? []) as unknown as readonly Item<K>[]
  return (namespace) => {
    const quotas = of('resourceQuotas', namespace).map(quotaOf).toSorted(byName)
    const counted = new Set<Kind>(quotas.flatMap((q) => [...q.hard.keys()].flatMap((name) => countedKind(name) ?? [])))
    return {
      ranges: of('limitRanges', namespace).map(rangeOf).toSorted(byName),
      quotas,
      lists: Object.fromEntries(WORKLOAD_READS.map((kind) => [kind, of(kind, namespace)])) as unknown as WorkloadLists,
      others: [...new Set<Kind>(['services', ...counted])].flatMap((kind) => of(kind, namespace).map((item) => ({ kind, item }))),
      now,
    }
  }
}

function namespaceOf(item: Item<Kind>): string {
  return ('namespace' in item.metadata ? item.metadata.namespace : undefined) ?? 'default'
}

function byName(a: Pick<Quota, 'name'>, b: Pick<Quota, 'name'>): number {
  return a.name < b.name ? -1 : 1
}
