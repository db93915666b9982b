import { type Item, KINDS, type Kind, PROBE_API } from '#model/kinds.ts'
import type { ObjectRef } from '#model/refs.ts'
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
 * Was a cluster looked at as a whole? That something is missing in it can be said only where nothing of what the check reads
 * was hidden, and where kube-system is there: a folder with one application's manifests is whole, but no cluster.
 */
export function seesCluster(namespaces: readonly Item<'namespaces'>[], complete: boolean): boolean {
  return complete && namespaces.some((n) => n.metadata.name === 'kube-system')
}

/** Parameters of a finding's message; widened, so that a check may yield findings with different ones. */
export function params(values: Params): Params {
  return values
}
