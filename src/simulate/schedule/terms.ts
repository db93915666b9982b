import type { LabelSelector } from '#model/objects/meta.ts'
import type { PodAffinityTerm } from '#model/objects/scheduling.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { type Labels, selects } from '../selectors.ts'
import type { Exclusions } from './world.ts'

interface Labelled {
  readonly namespace: string
  readonly labels: Labels
}
export type Matches = (other: Labelled) => boolean

/** What a pod will not have beside it: where, and which pods. */
export interface Guard {
  readonly topologyKey: string
  readonly matches: Matches
}

/** The required anti-affinity of a pod that runs already. */
export function guardsOf(pod: Labelled, spec: PodSpec, namespaces: ReadonlyMap<string, Labels>): readonly Guard[] {
  const terms = spec.affinity.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  return terms.map((term) => ({ topologyKey: term.topologyKey, matches: matcherOf(term, pod, namespaces) }))
}

/** Which pods a term of `owner` means. Without namespaces and without a selector of them: those of its own namespace. */
export function matcherOf(
  term: PodAffinityTerm,
  owner: Labelled,
  namespaces: ReadonlyMap<string, Labels>,
  exclusions: Exclusions = 'as-written',
): Matches {
  const selector = narrowed(narrowed(term.labelSelector, term.matchLabelKeys ?? [], owner), term.mismatchLabelKeys ?? [], owner, 'NotIn')
  const own = term.namespaces.length === 0 && term.namespaceSelector === undefined
  const named = new Set(own ? [owner.namespace] : term.namespaces)
  const anywhere = exclusions === 'ignored' && selects(term.namespaceSelector, {})
  const inside = (namespace: string) =>
    anywhere ||
    named.has(namespace) ||
    (term.namespaceSelector !== undefined && selects(term.namespaceSelector, namespaces.get(namespace) ?? {}))
  return ({ namespace, labels }) => inside(namespace) && selects(selector, labels)
}

/** `matchLabelKeys`: the pod's own values of these labels are asked for as well (or, of `mismatchLabelKeys`, are not). */
export function narrowed(
  selector: LabelSelector | undefined,
  keys: readonly string[],
  pod: Pick<Labelled, 'labels'>,
  operator: 'In' | 'NotIn' = 'In',
): LabelSelector | undefined {
  if (selector === undefined) return undefined
  const own = keys.filter((key) => Object.hasOwn(pod.labels, key)).map((key) => ({ key, operator, values: [pod.labels[key] ?? ''] }))
  return own.length === 0 ? selector : { ...selector, matchExpressions: [...selector.matchExpressions, ...own] }
}
