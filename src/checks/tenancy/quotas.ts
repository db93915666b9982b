import type { Finding } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { isSystemNamespace } from '#model/state.ts'
import { namespaceRef } from '#simulate/workloadsRefs.ts'
import { listed } from '../workloads/verdicts.ts'

interface Lists {
  readonly namespaces: readonly Item<'namespaces'>[]
  readonly resourceQuotas: readonly Item<'resourceQuotas'>[]
}

/** Messages of a check over `overQuotas`: what would be bounded, in words. */
export function quotaMessages(what: string) {
  return {
    none: { en: `Has no ResourceQuota: nothing bounds ${what}.` },
    others: { en: `Its quota bounds {bounds}, not ${what}.` },
    scoped: { en: `Its quota bounds ${what} of some pods only ({bounds}).` },
    bounded: { en: 'Its quota bounds {bounds}.' },
  } as const
}

/** Namespaces of users by what their quotas bound; a quota with a scope bounds a part of the pods only. */
export function* overQuotas(
  { namespaces, resourceQuotas }: Lists,
  wanted: (resource: string) => boolean,
): Generator<Finding<'none' | 'others' | 'scoped' | 'bounded'>> {
  for (const { metadata, implied } of namespaces) {
    if (isSystemNamespace(metadata.name) || implied === true) continue
    const quotas = resourceQuotas.filter((quota) => quota.metadata.namespace === metadata.name)
    const bounding = quotas.flatMap(({ spec }) =>
      Object.keys(spec.hard).map((resource) => ({ resource, whole: spec.scopes.length === 0 && spec.scopeSelector === undefined })),
    )
    const hits = bounding.filter(({ resource }) => wanted(resource))
    const whole = hits.filter((hit) => hit.whole)
    const bounds = listed((hits.length === 0 ? bounding : whole.length === 0 ? hits : whole).map(({ resource }) => resource)) || 'nothing'
    const at = { object: namespaceRef(metadata.name), params: { bounds } }
    if (quotas.length === 0) yield { status: 'fail', ...at, message: 'none' }
    else if (hits.length === 0) yield { status: 'fail', ...at, saw: bounds, message: 'others' }
    else if (whole.length === 0) yield { status: 'fail', ...at, saw: bounds, message: 'scoped' }
    else yield { status: 'pass', ...at, saw: bounds, message: 'bounded' }
  }
}
