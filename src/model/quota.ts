import type { KubeObject, ObjectRef } from './refs.ts'
import type { Gap } from './right.ts'

export interface QuotaBound {
  readonly kind: 'LimitRange' | 'ResourceQuota'
  readonly name: string
}

/**
 * Something that would not be admitted. `today`: an object that is there, if it were made again while the others stay;
 * `rollout`: the next version or next run of a workload, by itself, on top of what is there.
 */
export interface QuotaRefusal {
  readonly object: ObjectRef
  /** Of a pod: what made it. */
  readonly owner?: ObjectRef
  readonly stage: 'today' | 'rollout'
  readonly by: QuotaBound
  /** In the API server's words. */
  readonly reason: string
  /** Of a rollout: does it stand still? Else it goes on without what is refused, more slowly. */
  readonly stuck?: boolean
}

type Amounts = Readonly<Record<string, string>>
/** Null: could not be counted. */
type Counted = Readonly<Record<string, string | null>>

export interface QuotaFigures {
  readonly name: string
  /** It comes from what is to be added or proposed. */
  readonly added?: true
  readonly scopes?: readonly string[]
  readonly hard: Amounts
  readonly used: Counted
  /** At the peak of the one rollout that takes most. */
  readonly afterRollout: Counted
}

/** Scaled to zero or suspended: would one pod of it be admitted? */
export interface IdleWorkload {
  readonly object: ObjectRef
  readonly refused?: { readonly by: QuotaBound; readonly reason: string }
}

export interface NamespaceQuota {
  readonly name: string
  /** False: not all of it was seen; what is used is at least this, and what is not refused is not known. */
  readonly complete: boolean
  readonly quotas: readonly QuotaFigures[]
  readonly limitRanges: readonly string[]
  readonly refused: readonly QuotaRefusal[]
  readonly idle: readonly IdleWorkload[]
}

export interface QuotaPreview {
  /** What was added or proposed, as if it were there. */
  readonly added: readonly ObjectRef[]
  readonly namespaces: readonly NamespaceQuota[]
  readonly gaps: readonly Gap[]
  readonly proposals?: readonly KubeObject[]
}
