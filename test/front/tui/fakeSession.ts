import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalRun } from '#model/journal.ts'
import type { AcceptedRisk, Attestation } from '#model/progress.ts'
import type { Answers } from '#model/questions.ts'
import type { State } from '#model/state.ts'
import type { Imported } from '#session/evidence.ts'
import type { ActOptions, ContextChoice, Outcome, Ready, Session, SessionView, Target } from '#session/types.ts'
import { EVIDENCE, waiting, withWaiting } from '../evidence.ts'
import { AT, assessment, awakening, CHECKS, CLUSTER, DECISIONS, DENY, decided, guidePreview, preview, ROLE, runOf } from './fakeData.ts'

import { NOTES, nodePreview, nodeRun } from './nodeData.ts'

export const CONTEXTS: readonly ContextChoice[] = [
  { name: 'prod-eu', cluster: 'prod', user: 'alice', server: 'https://10.0.0.1:6443', namespace: 'shop', current: true },
  { name: 'staging', cluster: 'staging', user: 'alice', server: 'https://10.0.1.1:6443', current: false },
]

export interface FakeOptions {
  /** `connecting` stays there until told otherwise. */
  readonly phase?: 'ready' | 'choosing' | 'connecting'
  readonly readOnly?: string
  readonly practice?: boolean
  readonly clusterWide?: boolean
  readonly guide?: boolean
  /** A change on a node; `back`: it goes back by itself. */
  readonly node?: 'forth' | 'back'
  /** More failing objects of the first check. */
  readonly many?: number
  /** Milliseconds that each entry of an apply takes. */
  readonly slow?: number
  readonly runs?: readonly JournalRun[]
  /** Suggestions follow the answers: labels the name, days the preset. */
  readonly follows?: boolean
  /** Nothing is known of an earlier session. */
  readonly firstLook?: boolean
  /** Somebody accepted a risk of access/cluster-admin and attested access/sign-in. */
  readonly decided?: boolean
  /** access/tokens waits for evidence of a node. */
  readonly waits?: boolean
  /** The change makes the objects that network/egress judges. */
  readonly awakens?: boolean
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A session that plays the loop on made-up data; `calls` tells what was asked of it. */
export class FakeSession implements Session {
  readonly checks: readonly Check[]
  readonly wizards = [ROLE, DENY]
  readonly calls: string[] = []
  given: Answers | undefined
  failNext: HardenError | undefined
  readonly #options: FakeOptions
  readonly #listeners = new Set<() => void>()
  #view: SessionView = { phase: 'connecting', target: { kind: 'context' } }
  #runs: readonly JournalRun[]

  constructor(options: FakeOptions = {}) {
    this.#options = options
    this.checks = options.waits === true ? withWaiting(CHECKS) : CHECKS
    this.#runs = options.runs ?? []
  }

  view = () => this.#view

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(view: SessionView): void {
    this.#view = view
    for (const listener of this.#listeners) listener()
  }

  ready(fixed = this.#runs.some((r) => r.kind === 'apply' && r.entries.some((e) => e.state === 'done'))): Ready {
    const { practice, readOnly, many } = this.#options
    const seen = this.#options.waits === true ? waiting(assessment(fixed, many)) : assessment(fixed, many)
    const now = this.#options.decided === true ? decided(seen) : seen
    const finding = now.checks[0]?.findings[0]
    return {
      phase: 'ready',
      target: { kind: practice === true ? 'practice' : 'context' },
      source: practice === true ? 'practice' : 'live',
      cluster: practice === true ? { ...CLUSTER, name: 'practice', context: undefined } : CLUSTER,
      ...(readOnly === undefined ? {} : { readOnly }),
      state: { schemaVersion: 1, takenAt: AT, source: 'live', cluster: CLUSTER, kinds: {} } satisfies State,
      assessment: now,
      progress: {
        schemaVersion: 1,
        cluster: { uid: 'u-1', name: 'prod' },
        updatedAt: AT,
        checks: {},
        history: [],
        ...(this.#options.decided === true ? DECISIONS : { accepted: [], attested: [] }),
      },
      ...(this.#options.firstLook === true ? {} : { before: { at: AT, score: 41 } }),
      runs: this.#runs,
      ...(fixed || finding === undefined ? {} : { next: { check: 'access/cluster-admin', wizard: 'rbac-role', finding, gain: 23 } }),
      guides: [],
      encryption: { announced: { seen: 0, expected: 0, hashes: [] }, resources: ['secrets'], between: [] },
      refreshing: false,
    }
  }

  async start(): Promise<void> {
    this.calls.push('start')
    const { phase } = this.#options
    if (phase === 'choosing') this.show({ phase: 'choosing', contexts: CONTEXTS })
    else if (phase !== 'connecting') this.show(this.ready())
  }

  async choose(target: Target): Promise<void> {
    this.calls.push(`choose ${target.kind === 'context' ? target.context : target.kind}`)
    this.#throwIfTold()
    this.show(this.ready())
  }

  async leave(): Promise<void> {
    this.calls.push('leave')
    this.show({ phase: 'choosing', contexts: CONTEXTS })
  }

  async refresh(): Promise<void> {
    this.calls.push('refresh')
    this.#throwIfTold()
    this.show(this.ready())
  }

  wizardsFor = (check: string) =>
    this.wizards.filter((w) => w.fixes.includes(check) && (w.id !== 'network-default-deny' || check.startsWith('network')))

  open = (id: string, _finding?: JudgedFinding, given: Answers = {}) => {
    this.calls.push(`open ${id}${Object.keys(given).length === 0 ? '' : ` ${JSON.stringify(given)}`}`)
    const wizard = this.wizards.find((w) => w.id === id) ?? ROLE
    if (wizard !== ROLE) return { wizard, answers: { dns: true, ...given } }
    const follows = this.#options.follows === true
    const labels = follows ? { labels: [`app=${String(given.name ?? 'ci-deployer')}`] } : {}
    const days = follows && given.preset === 'editor' ? { days: 7 } : {}
    return { wizard, answers: { name: 'ci-deployer', preset: 'viewer', scope: ['ci'], ...labels, ...days, ...given } }
  }

  async preview(wizard: string, answers: Answers): Promise<Preview> {
    this.calls.push(`preview ${wizard}`)
    this.given = answers
    this.#throwIfTold()
    if (this.#options.node !== undefined) return nodePreview()
    return this.#options.guide === true ? guidePreview() : preview(this.#options.clusterWide === true)
  }

  async apply(p: Preview, options: ActOptions = {}): Promise<Outcome> {
    this.calls.push(`apply ${p.wizard}${options.outDir === undefined ? '' : ` ${options.outDir}`}`)
    this.#throwIfTold()
    if (this.#options.node !== undefined) return this.#onNode(this.#options.node === 'back', options)
    return this.#do(
      this.#options.awakens === true ? awakening(`run-${this.#runs.length + 1}`) : runOf(`run-${this.#runs.length + 1}`),
      options,
    )
  }

  async #onNode(back: boolean, options: ActOptions): Promise<Outcome> {
    const run = nodeRun(`run-${this.#runs.length + 1}`, back)
    const [entry] = run.entries
    if (entry === undefined || !back) return this.#do(run, options)
    options.onProgress?.({ index: 0, total: 1, entry })
    this.#runs = [...this.#runs, run]
    throw new HardenError(
      'change-failed',
      `kube-apiserver on node cp-1: ${entry.error ?? ''} 0 of 1 changes were done.`,
      'Look at the reason.',
    )
  }

  async #do(run: JournalRun, options: ActOptions): Promise<Outcome> {
    const entries: JournalRun['entries'] = []
    for (const [index, entry] of run.entries.entries()) {
      const stopped = options.signal?.aborted === true
      if (!stopped) options.onProgress?.({ index, total: run.entries.length, entry: { ...entry, state: 'sent' } })
      if (!stopped && entry.action === 'node')
        for (const note of NOTES) options.onProgress?.({ index, total: run.entries.length, entry: { ...entry, state: 'sent' }, note })
      if (!stopped && this.#options.slow !== undefined) await pause(this.#options.slow)
      entries.push({ ...entry, state: stopped ? 'not-done' : entry.state })
      if (!stopped) options.onProgress?.({ index, total: run.entries.length, entry })
    }
    const done = { ...run, entries }
    this.#runs = [...this.#runs, done]
    this.show(this.ready())
    const verification = done.verification ?? { at: AT, checks: [], objects: [], ok: true }
    return {
      run: done,
      verification,
      ...(options.outDir === undefined || this.#options.node !== undefined ? {} : { folder: options.outDir }),
    }
  }

  async previewUndo(id: string): Promise<Preview> {
    this.calls.push(`previewUndo ${id}`)
    return preview(this.#options.clusterWide === true)
  }

  async undo(id: string, options: ActOptions = {}): Promise<Outcome> {
    this.calls.push(`undo ${id}`)
    this.#runs = this.#runs.map((r) => (r.id === id ? { ...r, entries: r.entries.map((e) => ({ ...e, state: 'undone' as const })) } : r))
    const back = runOf(`undo-of-${id}`)
    const checks = [{ check: 'access/cluster-admin', before: 'pass', after: 'fail', failsBefore: 0, failsAfter: 2 }]
    return this.#do({ ...back, kind: 'undo', undoes: id, verification: { at: AT, checks, objects: [], ok: true } }, options)
  }

  async writeFolder(p: Preview, dir: string): Promise<readonly string[]> {
    this.calls.push(`write ${p.wizard} ${dir}`)
    return [`${dir}/kustomization.yaml`, `${dir}/role.yaml`]
  }

  async accept(risk: Omit<AcceptedRisk, 'created'>): Promise<void> {
    this.calls.push(`accept ${JSON.stringify(risk)}`)
  }

  async attest(item: Omit<Attestation, 'at'>): Promise<void> {
    this.calls.push(`attest ${JSON.stringify(item)}`)
  }

  async withdraw(check: string, scope?: AcceptedRisk['scope']): Promise<void> {
    this.calls.push(`withdraw ${check}${scope === undefined ? '' : ` ${JSON.stringify(scope)}`}`)
  }

  async importEvidence(file: string): Promise<Imported> {
    this.calls.push(`evidence ${file}`)
    this.#throwIfTold()
    return file.includes('old') ? { taken: [], older: [EVIDENCE] } : { taken: [EVIDENCE], older: [] }
  }

  async saveSnapshot(path: string): Promise<void> {
    this.calls.push(`snapshot ${path}`)
  }

  async close(): Promise<void> {
    this.calls.push('close')
  }

  #throwIfTold(): void {
    const error = this.failNext
    this.failNext = undefined
    if (error !== undefined) throw error
  }
}
