import type { Path, PodEdit } from './path.ts'
import type { Pod } from './pod.ts'

/** What a control found in a pod. */
export interface Found {
  readonly reason: string
  readonly fields: readonly Path[]
  /** The fewest edits after which it finds nothing; undefined where no edit of a field does it. */
  readonly cure?: readonly PodEdit[]
}

/** How a control looks from one policy version on, until the next variant. */
export interface Variant {
  /** The minor version: 29 is v1.29. */
  readonly from: number
  readonly find: (pod: Pod) => Found | undefined
  /** Controls of baseline that this one says more strictly: they are not asked besides it. */
  readonly replaces?: readonly string[]
}

/** One control of the Pod Security Standards, named as in Kubernetes' own admission plugin. */
export interface Control {
  readonly id: string
  readonly level: 'baseline' | 'restricted'
  /** Oldest first. */
  readonly variants: readonly Variant[]
}

/** One offending field and what takes it away. */
export interface Offence {
  readonly field: Path
  readonly cure: readonly PodEdit[]
}

/** What was found, each offence with its own cure; nothing where there is no offence. */
export function found(reason: string, offences: readonly Offence[]): Found | undefined {
  if (offences.length === 0) return undefined
  return { reason, fields: offences.map((o) => o.field), cure: offences.flatMap((o) => o.cure) }
}
