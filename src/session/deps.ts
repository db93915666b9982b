import type { Connection } from '#model/access.ts'
import type { Check } from '#model/check.ts'
import type { DecisionsSource } from '#model/decisions.ts'
import type { Journal } from '#model/journal.ts'
import type { EvidenceStore } from '#model/objects/evidence.ts'
import type { ProgressStore } from '#model/progress.ts'
import type { ClusterInfo, State } from '#model/state.ts'
import type { Wizard } from '#model/wizard.ts'
import type { ContextChoice, Target } from './types.ts'

/** What this cluster's earlier sessions left, and the lock against a second one. */
export interface Stores {
  readonly progress: ProgressStore
  readonly journal: Journal
  /** What was imported of the cluster's nodes. */
  readonly evidence?: EvidenceStore
  release(): Promise<void>
}

/** What main hands a session: the doors to the cluster and to the disk, the registry, the clock. */
export interface SessionDeps {
  /** Where to connect at once; without it the contexts are offered. */
  readonly target?: Target
  /** Nothing may be written to the cluster, and the lock is not taken. */
  readonly readOnly: boolean
  readonly checks: readonly Check[]
  readonly wizards: readonly Wizard[]
  readonly listContexts: () => Promise<readonly ContextChoice[]>
  readonly connect: (target: Target, signal?: AbortSignal) => Promise<Connection>
  readonly openStores: (target: Target, cluster: ClusterInfo, options: { readonly locked: boolean }) => Promise<Stores>
  readonly writeSnapshot: (state: State, path: string) => Promise<void>
  /** What a team decided for all its members and pipelines. */
  readonly decisions?: DecisionsSource
  readonly now: () => Date
  /** For the journal: the operator's name on this machine. */
  readonly who: string
}
