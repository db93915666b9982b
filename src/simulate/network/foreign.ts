import * as z from 'zod'
import type { Item, Kind } from '#model/kinds.ts'
import { labelSelector, listOf } from '#model/objects/meta.ts'
import type { ObjectRef } from '#model/refs.ts'
import { refTo } from '../workloadsRefs.ts'
import { adminPolicy } from './foreignAdmin.ts'
import { calicoSelects, ciliumSelects } from './foreignSelectors.ts'
import type { NamespaceLabels } from './match.ts'
import type { Direction } from './rules.ts'
import type { ForeignPolicy } from './world.ts'

/** The kinds of policies besides NetworkPolicy. */
export const FOREIGN_KINDS = [
  'adminNetworkPolicies',
  'baselineAdminNetworkPolicies',
  'clusterNetworkPolicies',
  'ciliumNetworkPolicies',
  'ciliumClusterwideNetworkPolicies',
  'calicoNetworkPolicies',
  'calicoGlobalNetworkPolicies',
  'calicoV3NetworkPolicies',
  'calicoV3GlobalNetworkPolicies',
] as const satisfies readonly Kind[]
type ForeignKind = (typeof FOREIGN_KINDS)[number]
type ForeignItem = Item<ForeignKind>
export type ForeignLists = { readonly [K in ForeignKind]?: readonly Item<K>[] }

/**
 * What of these may change the answer for a pair. Their whole language is not worked out: which pods they select and whether
 * they agree with what the NetworkPolicies say is, and everything else they touch is unknown.
 */
export function foreignOf(lists: ForeignLists, labelsOf: NamespaceLabels): ForeignPolicy[] {
  return FOREIGN_KINDS.flatMap((kind) =>
    (lists[kind] ?? []).flatMap((item) => {
      const ref = refTo(kind, item)
      if (kind.startsWith('cilium')) return cilium(ref, item)
      if (kind.startsWith('calico')) return [calico(ref, item)]
      return [adminPolicy(ref, item, kind === 'baselineAdminNetworkPolicies', labelsOf)]
    }),
  )
}

const ciliumSpec = z.looseObject({
  endpointSelector: labelSelector.optional(),
  nodeSelector: labelSelector.optional(),
  ingress: listOf(z.unknown()),
  egress: listOf(z.unknown()),
  ingressDeny: listOf(z.unknown()),
  egressDeny: listOf(z.unknown()),
})

/** Cilium adds its own policies to NetworkPolicies: what one lets through stays so unless another denies it by name. */
function cilium(ref: ObjectRef, item: ForeignItem): ForeignPolicy[] {
  const specs = [...(item.spec === undefined ? [] : [item.spec]), ...(item.specs ?? [])]
  return specs.map((raw): ForeignPolicy => {
    const spec = ciliumSpec.safeParse(raw).data
    if (spec === undefined) return { ref, affects: () => true }
    const directions: Record<Direction, { readonly named: boolean; readonly allows: boolean; readonly denies: boolean }> = {
      Ingress: { named: 'ingress' in raw || 'ingressDeny' in raw, allows: spec.ingress.length > 0, denies: spec.ingressDeny.length > 0 },
      Egress: { named: 'egress' in raw || 'egressDeny' in raw, allows: spec.egress.length > 0, denies: spec.egressDeny.length > 0 },
    }
    return {
      ref,
      affects: (own, direction, _other, _port, { sure, isolated }) => {
        const { named, allows, denies } = directions[direction]
        if (!named || own.kind === 'outside') return false
        if (own.kind === 'node') return spec.nodeSelector !== undefined
        if (spec.nodeSelector !== undefined || ciliumSelects(spec.endpointSelector, own, ref.namespace) === 0) return false
        if (isolated && sure === 2) return denies
        return !(isolated && sure === 0) || allows
      },
    }
  })
}

const calicoSpec = z.looseObject({
  selector: z.string().optional(),
  namespaceSelector: z.string().optional(),
  types: z.array(z.string()).optional(),
  ingress: z.array(z.unknown()).optional(),
  egress: z.array(z.unknown()).optional(),
})

/** Calico's policies have an order and pass on to each other: whoever is selected by one is not judged here. */
function calico(ref: ObjectRef, item: ForeignItem): ForeignPolicy {
  const spec = calicoSpec.safeParse(item.spec ?? {}).data
  if (spec === undefined) return { ref, affects: () => true }
  const types = spec.types ?? (spec.egress === undefined ? ['Ingress'] : spec.ingress === undefined ? ['Egress'] : ['Ingress', 'Egress'])
  return {
    ref,
    affects: (own, direction) => {
      if (!types.includes(direction) || own.kind === 'outside') return false
      if (own.kind === 'node') return ref.namespace === undefined
      if (ref.namespace !== undefined && ref.namespace !== own.namespace) return false
      return calicoSelects(spec.selector, own) > 0
    },
  }
}

/** The first of these policies that selects every pod of a namespace, new ones too, and so may deny what NetworkPolicies leave open. */
export function mayDenyIn(foreign: readonly ForeignPolicy[], namespace: string, direction: Direction): ObjectRef | undefined {
  const pod = { kind: 'pod', namespace, name: '', labels: {}, named: [] } as const
  return foreign.find((f) => f.affects(pod, direction, { kind: 'outside' }, undefined, { sure: 2, isolated: false }))?.ref
}
