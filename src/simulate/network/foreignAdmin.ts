import * as z from 'zod'
import { labelSelector, listOf } from '#model/objects/meta.ts'
import type { ObjectRef } from '#model/refs.ts'
import { selects } from '../selectors.ts'
import type { Endpoint, Port } from './endpoints.ts'
import { type NamespaceLabels, selectsNamespace } from './match.ts'
import { both, type Tri } from './tri.ts'
import type { ForeignPolicy } from './world.ts'

const pods = z.object({ namespaceSelector: labelSelector, podSelector: labelSelector })
const subject = z.looseObject({ namespaces: labelSelector.optional(), pods: pods.optional() })
const rule = z.looseObject({
  action: z.string(),
  from: listOf(subject),
  to: listOf(subject),
  ports: z.array(z.unknown()).nullish(),
  protocols: z.array(z.unknown()).nullish(),
})
const spec = z.looseObject({ tier: z.string().optional(), subject, ingress: listOf(rule), egress: listOf(rule) })
type Subject = z.infer<typeof subject>

/**
 * AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy. A rule that may match makes a side unknown, unless
 * it only says what the NetworkPolicies say already; those of the baseline count only where no NetworkPolicy isolates.
 */
export function adminPolicy(
  ref: ObjectRef,
  item: { readonly spec?: unknown },
  baseline: boolean,
  labelsOf: NamespaceLabels,
): ForeignPolicy {
  const read = spec.safeParse(item.spec)
  if (!read.success) return { ref, affects: (own) => own.kind === 'pod' }
  const { data } = read
  const last = baseline || data.tier === 'Baseline'
  return {
    ref,
    affects: (own, direction, other, port, { sure, isolated }) => {
      if (own.kind !== 'pod' || (last && isolated) || holds(data.subject, own, labelsOf) === 0) return false
      return (direction === 'Ingress' ? data.ingress : data.egress).some((r) => {
        const peers = direction === 'Ingress' ? r.from : r.to
        if (peers.length > 0 && !peers.some((peer) => holds(peer, other, labelsOf) > 0)) return false
        if (!mayBePort([...(r.ports ?? []), ...(r.protocols ?? [])], port)) return false
        if (r.action === 'Pass') return false
        const lets = r.action === 'Allow' || r.action === 'Accept'
        return lets ? sure < 2 : sure > 0
      })
    },
  }
}

/** Namespaces and pods are understood; nodes, networks and domain names are perhaps. */
function holds(who: Subject, end: Endpoint, labelsOf: NamespaceLabels): Tri {
  if (who.namespaces === undefined && who.pods === undefined) return 1
  const pod = end.kind === 'pod' ? end : end.kind === 'node' ? end.pod : undefined
  if (pod === undefined) return 0
  const most: Tri = end.kind === 'pod' ? 2 : 1
  if (who.namespaces !== undefined) return both(most, selectsNamespace(who.namespaces, pod.namespace, labelsOf))
  if (who.pods === undefined || !selects(who.pods.podSelector, pod.labels)) return 0
  return both(most, selectsNamespace(who.pods.namespaceSelector, pod.namespace, labelsOf))
}

const numbers = z.union([
  z.object({ portNumber: z.object({ protocol: z.string().optional(), port: z.number() }) }).transform(({ portNumber: p }) => ({
    protocol: p.protocol ?? 'TCP',
    start: p.port,
    end: p.port,
  })),
  z
    .object({ portRange: z.object({ protocol: z.string().optional(), start: z.number(), end: z.number() }) })
    .transform(({ portRange: p }) => ({
      ...p,
      protocol: p.protocol ?? 'TCP',
    })),
])

function mayBePort(ports: readonly unknown[], port: Port | undefined): boolean {
  if (ports.length === 0 || port === undefined) return true
  return ports.some((p) => {
    const read = numbers.safeParse(p)
    if (!read.success) return true
    return read.data.protocol === port.protocol && read.data.start <= port.port && port.port <= read.data.end
  })
}
