import { type Item, KINDS, type Kind, PROBE_API } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { ClusterInfo } from '#model/state.ts'
import type { Params } from '#model/text.ts'

/** The reference of an item of a kind, as findings name it. */
export function refTo<K extends Kind>(kind: K, item: Item<K>): ObjectRef {
  const { metadata } = item as { metadata: { name: string; namespace?: string } }
  const { apiVersion, kind: name } = KINDS[kind]
  return {
    apiVersion,
    kind: name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
  }
}

/** What a finding about no single object is pinned to; the name is fixed so that an accepted risk or attestation keeps its scope. */
export const CLUSTER: ObjectRef = { apiVersion: PROBE_API, kind: 'Cluster', name: 'cluster' }

export function namespaceRef(name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Namespace', name }
}

/**
 * Was the cluster looked at as a whole? Kinds are cut to the namespaces that may be read, and a folder of manifests holds
 * what it holds: that something is missing can be said only where kube-system is among the namespaces, and with the uid that a server gave it.
 */
export function seesCluster(namespaces: readonly Item<'namespaces'>[], cluster: Pick<ClusterInfo, 'uid'>): boolean {
  return namespaces.some((n) => n.metadata.name === 'kube-system' && (n.metadata.uid ?? cluster.uid) !== undefined)
}

/** Parameters of a finding's message; widened, so that a check may yield findings with different ones. */
export function params(values: Params): Params {
  return values
}
