import * as z from 'zod'
import type { KeptFile, StorageProof } from './encryptionLife.ts'
import type { Item, Kind } from './kinds.ts'
import type { Gap } from './right.ts'

/**
 * A kind as it was read. `gaps` say what could not be seen; where a cluster-wide list was refused and single
 * namespaces were read instead, `onlyNamespaces` names those that are complete.
 */
export interface Collected<T> {
  readonly items: readonly T[]
  readonly gaps: readonly Gap[]
  readonly onlyNamespaces?: readonly string[]
}

export const DISTRIBUTIONS = [
  'kubeadm',
  'kind',
  'k3s',
  'rke2',
  'kops',
  'openshift',
  'talos',
  'eks',
  'gke',
  'aks',
  'microk8s',
  'unknown',
] as const
export type Distribution = (typeof DISTRIBUTIONS)[number]

export const SOURCES = ['live', 'snapshot', 'manifests', 'practice'] as const
export type SourceKind = (typeof SOURCES)[number]

export const clusterInfo = z.object({
  /** uid of the namespace kube-system: what progress and journal belong to. */
  uid: z.string().optional(),
  /** How the operator calls it: the context's name, the file's name, `practice`. */
  name: z.string(),
  context: z.string().optional(),
  server: z.string().optional(),
  version: z.string().optional(),
  distribution: z.enum(DISTRIBUTIONS),
})
export type ClusterInfo = z.infer<typeof clusterInfo>

/** Notes of earlier sessions, as far as checks and wizards look at them. */
export interface Remembered {
  readonly files: readonly (KeptFile & { readonly now: 'same' | 'changed' | 'gone' })[]
  readonly proof?: StorageProof
}

/** What was read from a cluster, trimmed and redacted at the door. A plain value: prints as JSON, reads back. */
export interface State {
  readonly schemaVersion: 1
  readonly takenAt: string
  readonly source: SourceKind
  readonly cluster: ClusterInfo
  readonly kinds: { readonly [K in Kind]?: Collected<Item<K>> }
  /** What earlier sessions noted about this cluster; never part of a snapshot. */
  readonly remembered?: Remembered
}

/** The items of a kind that were seen, complete or not: for defaults and drawings, never for a verdict. */
export function itemsOf<K extends Kind>(state: State, kind: K): readonly Item<K>[] {
  return (state.kinds[kind] as Collected<Item<K>> | undefined)?.items ?? []
}

/** Namespaces that belong to the cluster itself, not to its users. */
export function isSystemNamespace(name: string): boolean {
  return name === 'kube-system' || name === 'kube-public' || name === 'kube-node-lease'
}
