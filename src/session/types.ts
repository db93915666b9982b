import type { CollectProgress } from '#model/access.ts'
import type { Assessment, JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import type { Check } from '#model/check.ts'
import type { HardenError } from '#model/errors.ts'
import type { JournalEntry, JournalRun, Verification } from '#model/journal.ts'
import type { AcceptedRisk, Attestation, Progress } from '#model/progress.ts'
import type { Answers } from '#model/questions.ts'
import type { KubeObject, ObjectRef } from '#model/refs.ts'
import type { Settings } from '#model/settings.ts'
import type { ClusterInfo, SourceKind, State } from '#model/state.ts'
import type { Wizard } from '#model/wizard.ts'
import type { Standing } from './encryption.ts'
import type { Imported } from './evidence.ts'
import type { GuideState } from './guides.ts'
import type { RewriteOptions, RewriteOutcome, RewritePlan } from './rewrite.ts'

/** A kubeconfig context the operator may choose. */
export interface ContextChoice {
  readonly name: string
  readonly cluster: string
  readonly user: string
  readonly server?: string
  readonly namespace?: string
  readonly current: boolean
}

export type Target =
  | { readonly kind: 'context'; readonly context?: string }
  | { readonly kind: 'from'; readonly path: string }
  | { readonly kind: 'practice' }

/** What to do next, and why: the open finding that raises the score most and has a wizard. */
export interface NextStep {
  readonly check: string
  readonly wizard?: string
  readonly finding: JudgedFinding
  /** Points of the overall score that the whole check would bring. */
  readonly gain: number
}

/** Where a session is; one value, replaced whole on each change. */
export type SessionView =
  | { readonly phase: 'choosing'; readonly contexts: readonly ContextChoice[]; readonly problem?: HardenError }
  | { readonly phase: 'connecting'; readonly target: Target; readonly progress?: CollectProgress }
  | { readonly phase: 'failed'; readonly target: Target; readonly error: HardenError; readonly contexts: readonly ContextChoice[] }
  | Ready

export interface Ready {
  readonly phase: 'ready'
  readonly target: Target
  readonly source: SourceKind
  readonly cluster: ClusterInfo
  /** Why nothing can be written: --read-only, a snapshot, a folder. */
  readonly readOnly?: string
  readonly state: State
  readonly assessment: Assessment
  readonly progress: Progress
  /** Score when the last session ended, to show what changed. */
  readonly before?: { readonly at: string; readonly score?: number }
  readonly runs: readonly JournalRun[]
  /** What an earlier probe left in the cluster and this session removed when it began. */
  readonly lifted?: readonly ObjectRef[]
  /** How far the files written for nodes have come, as the API tells. */
  readonly guides: readonly GuideState[]
  /** Where encryption at rest stands, and what comes next. */
  readonly encryption: Standing
  readonly next?: NextStep
  readonly refreshing: boolean
  /** Collection progress of a refresh under way. */
  readonly refreshProgress?: CollectProgress
  /** A problem of the last refresh; the old assessment stays on the screen. */
  readonly problem?: HardenError
}

/** A wizard opened, with the answers that the cluster suggests. */
export interface WizardRun {
  readonly wizard: Wizard
  readonly answers: Answers
}

/** One step of an apply or undo, for live progress. */
export interface ChangeProgress {
  readonly index: number
  readonly total: number
  readonly entry: JournalEntry
  /** What is going on within a step that takes long. */
  readonly note?: string
}

export interface Outcome {
  readonly run: JournalRun
  /** Status of the wizard's checks before and after, read again from the cluster. */
  readonly verification: Verification
  /** Folder the files of a guided change were written to. */
  readonly folder?: string
}

export interface ActOptions {
  readonly onProgress?: (progress: ChangeProgress) => void
  readonly signal?: AbortSignal
  /** Where the files of guided changes go, and a copy of keys that go to nodes. Must not exist or be empty. */
  readonly outDir?: string
}

/**
 * A session without a screen, shared by the full-screen and the line front end. Methods that fail reject with
 * HardenError; the view is never half updated.
 */
export interface Session {
  readonly checks: readonly Check[]
  readonly wizards: readonly Wizard[]
  view(): SessionView
  /** Calls back after each change of the view; returns the way out. */
  subscribe(listener: () => void): () => void
  /** Connects to the target given at start, or offers the contexts. */
  start(): Promise<void>
  choose(target: Target): Promise<void>
  /** Back to the list of contexts. */
  leave(): Promise<void>
  refresh(signal?: AbortSignal): Promise<void>
  wizardsFor(check: string): readonly Wizard[]
  /** `given` are answers that stand already: the suggestions for the others follow them. */
  open(wizard: string, finding?: JudgedFinding, given?: Answers): WizardRun
  preview(wizard: string, answers: Answers, signal?: AbortSignal): Promise<Preview>
  apply(preview: Preview, options?: ActOptions): Promise<Outcome>
  previewUndo(runId: string, signal?: AbortSignal): Promise<Preview>
  undo(runId: string, options?: ActOptions): Promise<Outcome>
  /** Writes the objects and files of a preview as a folder instead of applying them; returns the paths. */
  writeFolder(preview: Preview, dir: string): Promise<readonly string[]>
  accept(risk: Omit<AcceptedRisk, 'created'>): Promise<void>
  attest(item: Omit<Attestation, 'at'>): Promise<void>
  /** Takes back what was accepted or attested for a check; with a scope only the risks of exactly that scope. */
  withdraw(check: string, scope?: AcceptedRisk['scope']): Promise<void>
  /** Keeps the evidence of a node that lies in a file of this machine; what it decides is shown at once. */
  importEvidence(file: string): Promise<Imported>
  saveSnapshot(path: string): Promise<void>
  close(): Promise<void>
}

/** What only the command line asks of a session. */
export interface CommandSession extends Session {
  /** What storing these resources again would touch. */
  planRewrite(resources: readonly string[], signal?: AbortSignal): Promise<RewritePlan>
  rewrite(plan: RewritePlan, options?: RewriteOptions): Promise<RewriteOutcome>
  /** Remembers what the operator says of this cluster; what is undefined is forgotten, what is left out stays. */
  configure(settings: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Promise<void>
  /** Objects of somebody's own manifests, previewed like a wizard's plan. */
  previewObjects(objects: readonly KubeObject[], options?: { readonly namespace?: string; readonly signal?: AbortSignal }): Promise<Preview>
}
