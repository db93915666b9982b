import { kindsOf } from '#evaluate/evaluate.ts'
import type { CollectProgress } from '#model/access.ts'
import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { AcceptedRisk, Attestation } from '#model/progress.ts'
import { type Answers, answersError, mergeAnswers, parseAnswers } from '#model/questions.ts'
import type { Wizard } from '#model/wizard.ts'
import { applyAndVerify, folderOf, previewOf, previewOfUndo, undoAndVerify } from './act.ts'
import type { SessionDeps } from './deps.ts'
import { type Link, openLink, reread } from './link.ts'
import { nextStep } from './next.ts'
import type { ActOptions, Outcome, Ready, Session, SessionView, Target, WizardRun } from './types.ts'

/** Makes a session from what main hands it. Nothing is connected before `start`. */
export function createSession(deps: SessionDeps): Session {
  return new CurrentSession(deps)
}

class CurrentSession implements Session {
  readonly #deps: SessionDeps
  readonly #listeners = new Set<() => void>()
  #view: SessionView
  #link: Link | undefined
  #connecting: AbortController | undefined
  readonly #undoPreviews = new Map<string, Preview>()

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#view = deps.target === undefined ? { phase: 'choosing', contexts: [] } : { phase: 'connecting', target: deps.target }
  }

  get checks() {
    return this.#deps.checks
  }
  get wizards() {
    return this.#deps.wizards
  }
  view = (): SessionView => this.#view

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #show(view: SessionView): void {
    this.#view = view
    for (const listener of this.#listeners) listener()
  }

  async start(): Promise<void> {
    if (this.#deps.target !== undefined) return this.choose(this.#deps.target)
    return this.leave()
  }

  async leave(): Promise<void> {
    this.#connecting?.abort()
    await this.#drop()
    try {
      this.#show({ phase: 'choosing', contexts: await this.#deps.listContexts() })
    } catch (error) {
      this.#show({ phase: 'choosing', contexts: [], problem: toHardenError(error) })
    }
  }

  async choose(target: Target): Promise<void> {
    await this.#drop()
    this.#show({ phase: 'connecting', target })
    const abort = new AbortController()
    this.#connecting = abort
    try {
      const onProgress = (progress: CollectProgress) => {
        if (!abort.signal.aborted) this.#show({ phase: 'connecting', target, progress })
      }
      const link = await openLink(this.#deps, target, { signal: abort.signal, onProgress })
      if (abort.signal.aborted) return await link.close()
      this.#link = link
      this.#show(this.#ready(link))
    } catch (error) {
      if (abort.signal.aborted) return
      const contexts = await this.#deps.listContexts().catch(() => [])
      this.#show({ phase: 'failed', target, error: toHardenError(error), contexts })
    }
  }

  #ready(link: Link): Ready {
    const next = nextStep(link.assessment, this.#deps.wizards, link.readOnly === undefined)
    return {
      phase: 'ready',
      target: link.target,
      source: link.state.source,
      cluster: link.state.cluster,
      ...(link.readOnly === undefined ? {} : { readOnly: link.readOnly }),
      state: link.state,
      assessment: link.assessment,
      progress: link.progress,
      ...(link.before === undefined ? {} : { before: link.before }),
      runs: link.runs,
      ...(next === undefined ? {} : { next }),
      refreshing: false,
    }
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    const link = this.#open()
    this.#patch({ refreshing: true })
    try {
      await reread(link, { ...(signal === undefined ? {} : { signal }), onProgress: (p) => this.#patch({ refreshProgress: p }) })
      this.#show(this.#ready(link))
    } catch (error) {
      // The old assessment stays on the screen, with the reason why it is old.
      this.#patch({ refreshing: false, problem: toHardenError(error) })
    }
  }

  #patch(part: Partial<Ready>): void {
    if (this.#view.phase === 'ready') this.#show({ ...this.#view, ...part })
  }

  #open(): Link {
    if (this.#link === undefined) throw new HardenError('input', 'No cluster is connected.', 'Choose a context first.')
    return this.#link
  }

  wizardsFor(check: string): readonly Wizard[] {
    return this.#deps.wizards.filter((w) => w.fixes.includes(check))
  }

  #wizard(id: string): Wizard {
    const wizard = this.#deps.wizards.find((w) => w.id === id)
    if (wizard !== undefined) return wizard
    const known = this.#deps.wizards.map((w) => w.id).join(', ')
    throw new HardenError('input', `There is no wizard ${id}.`, `Known wizards: ${known}.`)
  }

  open(id: string, finding?: JudgedFinding, given?: Answers): WizardRun {
    const wizard = this.#wizard(id)
    const { assessment, state } = this.#open()
    const check = finding && assessment.checks.find((c) => c.findings.includes(finding))?.id
    const opened = finding && { ...finding, ...(check === undefined ? {} : { check }) }
    return { wizard, answers: mergeAnswers(given, wizard.defaults(state, opened, given)) }
  }

  async preview(id: string, raw: Answers, signal?: AbortSignal): Promise<Preview> {
    const wizard = this.#wizard(id)
    const parsed = parseAnswers(wizard.questions, raw, wizard.when)
    if ('problems' in parsed) throw answersError(parsed.problems, id)
    return previewOf(this.#open(), wizard, parsed.answers, signal)
  }

  async apply(preview: Preview, options: ActOptions = {}): Promise<Outcome> {
    const link = this.#writable()
    try {
      return await applyAndVerify(this.#deps, link, this.#wizard(preview.wizard), preview, options)
    } finally {
      await this.#afterWriting(link)
    }
  }

  async previewUndo(runId: string, signal?: AbortSignal): Promise<Preview> {
    const preview = await previewOfUndo(this.#open(), runId, signal)
    this.#undoPreviews.set(runId, preview)
    return preview
  }

  async undo(runId: string, options: ActOptions = {}): Promise<Outcome> {
    const link = this.#writable()
    try {
      // Exactly what was shown is done; the change room refuses where the cluster has moved on since.
      const preview = this.#undoPreviews.get(runId)
      if (preview === undefined) throw new HardenError('internal', `The undo of ${runId} was not previewed.`, 'Look at its preview first.')
      return await undoAndVerify(this.#deps, link, runId, preview, options)
    } finally {
      this.#undoPreviews.delete(runId)
      await this.#afterWriting(link)
    }
  }

  /** The journal and what is on the screen follow what happened, also where it failed half way. */
  async #afterWriting(link: Link): Promise<void> {
    link.runs = await link.stores.journal.list().catch(() => link.runs)
    if (this.#link === link) this.#show(this.#ready(link))
  }

  #writable(): Link {
    const link = this.#open()
    if (link.readOnly === undefined) return link
    throw new HardenError(
      'read-only',
      `Nothing is written: ${link.readOnly}.`,
      'Write the change to a folder instead, or connect without --read-only.',
    )
  }

  writeFolder(preview: Preview, dir: string): Promise<readonly string[]> {
    return folderOf(preview, dir)
  }

  async accept(risk: Omit<AcceptedRisk, 'created'>): Promise<void> {
    const link = this.#open()
    this.#known(risk.check)
    await link.remember({ ...link.progress, accepted: [...link.progress.accepted, { ...risk, created: this.#deps.now().toISOString() }] })
    this.#show(this.#ready(link))
  }

  async attest(item: Omit<Attestation, 'at'>): Promise<void> {
    const link = this.#open()
    this.#known(item.check)
    const others = link.progress.attested.filter((a) => a.check !== item.check)
    await link.remember({ ...link.progress, attested: [...others, { ...item, at: this.#deps.now().toISOString() }] })
    this.#show(this.#ready(link))
  }

  #known(check: string): void {
    if (this.#deps.checks.some((c) => c.id === check)) return
    throw new HardenError('input', `There is no check ${check}.`, 'kubeharden explain lists the checks.')
  }

  saveSnapshot(path: string): Promise<void> {
    return this.#deps.writeSnapshot(this.#open().state, path)
  }

  async #drop(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    await link?.close()
  }

  async close(): Promise<void> {
    this.#connecting?.abort()
    await this.#drop()
  }
}

/** The kinds that a session reads: those of its checks and those its wizards take their defaults from. */
export function sessionKinds(deps: Pick<SessionDeps, 'checks' | 'wizards'>) {
  return kindsOf([...deps.checks, ...deps.wizards])
}
