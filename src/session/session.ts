import { kindsOf } from '#evaluate/evaluate.ts'
import type { CollectProgress } from '#model/access.ts'
import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { HardenError, toHardenError } from '#model/errors.ts'
import type { AcceptedRisk, Attestation, Progress } from '#model/progress.ts'
import { type Answers, answersError, parseAnswers } from '#model/questions.ts'
import type { KubeObject } from '#model/refs.ts'
import type { Wizard } from '#model/wizard.ts'
import { applyAndVerify, folderOf, MANIFESTS, previewOf, previewOfObjects, previewOfUndo, undoAndVerify } from './act.ts'
import type { SessionDeps } from './deps.ts'
import { type Imported, importInto } from './evidence.ts'
import { Line } from './line.ts'
import { type Link, openLink, relist, rememberable, reread, writable } from './link.ts'
import { storesInTurn } from './locks.ts'
import { contextsOf, readyView } from './ready.ts'
import { seenNow, withAccepted, withAttested, withSettings, withWithdrawn } from './remember.ts'
import { planRewrite, type RewriteOptions, type RewriteOutcome, type RewritePlan, rewriteAll } from './rewrite.ts'
import { Shown } from './shown.ts'
import type { ActOptions, CommandSession, Outcome, Ready, SessionView, Target, WizardRun } from './types.ts'
import { openWizard, wizardOf } from './wizards.ts'

/** Makes a session from what main hands it. Nothing is connected before `start`. */
export function createSession(deps: SessionDeps): CommandSession {
  return new CurrentSession(deps)
}

class CurrentSession implements CommandSession {
  readonly #deps: SessionDeps
  readonly #shown: Shown
  #link: Link | undefined
  #connecting: AbortController | undefined
  /** What a preview belongs to: only what was shown of this very cluster is ever carried out on it. */
  #previews = new WeakMap<Preview, Link>()
  readonly #undoPreviews = new Map<string, Preview>()
  /** Ends what only reads when its cluster is left. */
  #left = new AbortController()
  /** One after the other: a preview settles the journal, and must not find a run that is still going on. */
  readonly #acts = new Line()
  /** One lock at a time: what was given up gives its lock back before the next takes one. */
  readonly #locks = new Line()

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.#shown = new Shown(deps.target === undefined ? { phase: 'choosing', contexts: [] } : { phase: 'connecting', target: deps.target })
  }

  get checks() {
    return this.#deps.checks
  }
  get wizards() {
    return this.#deps.wizards
  }
  view = (): SessionView => this.#shown.view()
  subscribe = (listener: () => void): (() => void) => this.#shown.subscribe(listener)

  async start(): Promise<void> {
    if (this.#deps.target !== undefined) return this.choose(this.#deps.target)
    return this.leave()
  }

  async leave(): Promise<void> {
    const turn = this.#begin()
    await this.#drop().catch(() => undefined)
    const found = await contextsOf(this.#deps)
    if (!turn.signal.aborted) this.#shown.show({ phase: 'choosing', ...found })
  }

  /** A new way begins; one that is still being gone is given up and shows nothing any more. */
  #begin(): AbortController {
    this.#connecting?.abort()
    this.#connecting = new AbortController()
    return this.#connecting
  }

  async choose(target: Target): Promise<void> {
    const turn = this.#begin()
    // What could not be closed is no reason not to go on to another cluster.
    await this.#drop().catch(() => undefined)
    if (turn.signal.aborted) return
    this.#shown.show({ phase: 'connecting', target })
    try {
      const onProgress = (progress: CollectProgress) => {
        if (!turn.signal.aborted) this.#shown.show({ phase: 'connecting', target, progress })
      }
      const deps = { ...this.#deps, openStores: storesInTurn(this.#deps, this.#locks, turn.signal) }
      const link = await openLink(deps, target, { signal: turn.signal, onProgress })
      if (turn.signal.aborted) return await link.close()
      this.#link = link
      this.#shown.show(this.#ready(link))
    } catch (error) {
      if (turn.signal.aborted) return
      const { contexts } = await contextsOf(this.#deps)
      if (!turn.signal.aborted) this.#shown.show({ phase: 'failed', target, error: toHardenError(error), contexts })
    }
  }

  #ready(link: Link): Ready {
    return readyView(link, this.#deps.wizards)
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    const link = this.#open()
    const until = this.#until(signal)
    this.#shown.patch({ refreshing: true })
    try {
      const onProgress = (progress: CollectProgress) => {
        if (this.#link === link) this.#shown.patch({ refreshProgress: progress })
      }
      await this.#acts.run(() => reread(link, { signal: until, onProgress }))
      if (this.#link === link) this.#shown.show(this.#ready(link))
    } catch (error) {
      // The old assessment stays on the screen, with the reason why it is old.
      if (this.#link === link) this.#shown.show({ ...this.#ready(link), problem: toHardenError(error) })
    }
  }

  #open(): Link {
    if (this.#link === undefined) throw new HardenError('input', 'No cluster is connected.', 'Choose a context first.')
    return this.#link
  }

  wizardsFor(check: string): readonly Wizard[] {
    return this.#deps.wizards.filter((w) => w.fixes.includes(check))
  }

  open(id: string, finding?: JudgedFinding, given?: Answers): WizardRun {
    return openWizard(this.#open(), wizardOf(this.#deps.wizards, id), finding, given)
  }

  async preview(id: string, raw: Answers, signal?: AbortSignal): Promise<Preview> {
    const wizard = wizardOf(this.#deps.wizards, id)
    const parsed = parseAnswers(wizard.questions, raw, wizard.when)
    if ('problems' in parsed) throw answersError(parsed.problems, id)
    return this.#looking(signal, (link, until) => previewOf(this.#deps, link, wizard, parsed.answers, until))
  }

  /** A preview in its turn; it ends when the cluster is left, and is remembered as this cluster's. */
  async #looking(signal: AbortSignal | undefined, look: (link: Link, signal: AbortSignal) => Promise<Preview>): Promise<Preview> {
    const link = this.#open()
    const until = this.#until(signal)
    const preview = await this.#acts.run(() => look(link, until))
    this.#previews.set(preview, link)
    return preview
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#left.signal : AbortSignal.any([signal, this.#left.signal])
  }

  previewObjects(
    objects: readonly KubeObject[],
    options: { readonly namespace?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Preview> {
    return this.#looking(options.signal, (link, signal) => previewOfObjects(this.#deps, link, objects, { ...options, signal }))
  }

  async apply(preview: Preview, options: ActOptions = {}): Promise<Outcome> {
    const link = this.#writable()
    if (this.#previews.get(preview) !== link)
      throw new HardenError(
        'conflict',
        'This preview is not of the cluster that is connected. Nothing was written.',
        'Preview the change again.',
      )
    if (preview.wizard !== MANIFESTS) wizardOf(this.#deps.wizards, preview.wizard)
    return this.#write(link, () => applyAndVerify(this.#deps, link, preview, options))
  }

  async previewUndo(runId: string, signal?: AbortSignal): Promise<Preview> {
    const preview = await this.#looking(signal, (link, until) => previewOfUndo(link, runId, until))
    this.#undoPreviews.set(runId, preview)
    return preview
  }

  async undo(runId: string, options: ActOptions = {}): Promise<Outcome> {
    const link = this.#writable()
    // Exactly what was shown is done; the change room refuses where the cluster has moved on since.
    const preview = this.#undoPreviews.get(runId)
    this.#undoPreviews.delete(runId)
    if (preview === undefined || this.#previews.get(preview) !== link)
      throw new HardenError('internal', `The undo of ${runId} was not previewed.`, 'Look at its preview first.')
    return this.#write(link, () => undoAndVerify(this.#deps, link, runId, preview, options))
  }

  #write<T>(link: Link, act: () => Promise<T>): Promise<T> {
    return this.#acts.run(async () => {
      if (this.#link !== link) throw new HardenError('interrupted', 'The cluster was left. Nothing was written.', 'Connect to it again.')
      try {
        return await act()
      } finally {
        await this.#afterWriting(link)
      }
    })
  }

  /** The journal and what is on the screen follow what happened, also where it failed half way. */
  async #afterWriting(link: Link): Promise<void> {
    await relist(link).catch(() => undefined)
    if (this.#link === link) this.#shown.show(this.#ready(link))
  }

  planRewrite(resources: readonly string[], signal?: AbortSignal): Promise<RewritePlan> {
    const link = this.#writable()
    return this.#acts.run(() => planRewrite(link, resources, this.#until(signal)))
  }

  rewrite(plan: RewritePlan, options: RewriteOptions = {}): Promise<RewriteOutcome> {
    const link = this.#writable()
    return this.#write(link, () => rewriteAll(this.#deps, link, plan, options))
  }

  #writable(): Link {
    return writable(this.#open())
  }

  writeFolder(preview: Preview, dir: string): Promise<readonly string[]> {
    return folderOf(preview, dir)
  }

  accept(risk: Omit<AcceptedRisk, 'created'>): Promise<void> {
    return this.#remember(risk.check, (progress, link) => withAccepted(progress, { ...risk, seen: seenNow(link, risk) }, this.#deps.now()))
  }

  attest(item: Omit<Attestation, 'at'>): Promise<void> {
    return this.#remember(item.check, (progress) => withAttested(progress, item, this.#deps.now()))
  }

  withdraw(check: string, scope?: AcceptedRisk['scope']): Promise<void> {
    return this.#remember(check, (progress) => withWithdrawn(progress, check, scope))
  }

  configure(settings: Parameters<CommandSession['configure']>[0]): Promise<void> {
    return this.#keep(rememberable(this.#open()), (progress) => withSettings(progress, settings))
  }

  async #remember(check: string, change: (progress: Progress, link: Link) => Progress): Promise<void> {
    return this.#keep(this.#remembering(check), change)
  }

  async #keep(link: Link, change: (progress: Progress, link: Link) => Progress): Promise<void> {
    await this.#acts.run(() => link.remember(change(link.progress, link)))
    if (this.#link === link) this.#shown.show(this.#ready(link))
  }

  /** Without the lock nothing can be kept, and what is not kept is not said to be. */
  #remembering(check: string): Link {
    const link = this.#open()
    if (!this.#deps.checks.some((c) => c.id === check))
      throw new HardenError('input', `There is no check ${check}.`, 'kubeharden explain lists the checks.')
    return rememberable(link)
  }

  async importEvidence(file: string): Promise<Imported> {
    const link = rememberable(this.#open())
    return this.#write(link, () => importInto(link, file, this.#deps.now()))
  }

  saveSnapshot(path: string): Promise<void> {
    return this.#deps.writeSnapshot(this.#open().state, path)
  }

  async #drop(): Promise<void> {
    const link = this.#link
    this.#link = undefined
    this.#undoPreviews.clear()
    if (link === undefined) return
    this.#left.abort()
    this.#left = new AbortController()
    // A change under way ends first: its lock is not given away, nor its connection cut, between a request and its journal entry.
    await this.#acts.run(() => link.close())
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
