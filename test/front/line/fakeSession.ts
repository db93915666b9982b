import type { JudgedFinding } from '#model/assessment.ts'
import type { Preview } from '#model/change.ts'
import { HardenError } from '#model/errors.ts'
import type { JournalRun } from '#model/journal.ts'
import type { AcceptedRisk } from '#model/progress.ts'
import type { SourceKind, State } from '#model/state.ts'
import type { ActOptions, ContextChoice, NextStep, Outcome, Ready, Session, SessionView, Target } from '#session/types.ts'
import { EVIDENCE, waiting, withWaiting } from '../evidence.ts'
import { assessment, CHECKS, entry, preview, run, WIZARD } from './fixtures.ts'

export interface FakeOptions {
  readonly readOnly?: string
  readonly source?: SourceKind
  readonly preview?: Preview
  readonly contexts?: readonly ContextChoice[]
  /** Connects at once instead of offering the contexts. */
  readonly connected?: boolean
  /** The first `choose` fails with this. */
  readonly failOnce?: HardenError
  /** Stands in for the work between the first and the second object of an apply. */
  readonly pause?: (signal: AbortSignal | undefined) => Promise<void>
  /** An aborted apply rejects instead of answering with what was done. */
  readonly rejectOnAbort?: boolean
  readonly previewError?: HardenError
  /** The note follows the role's name, the days follow the scope. */
  readonly follows?: boolean
  /** backup/restore-tested waits for evidence of a node. */
  readonly waits?: boolean
  /** Risks that were accepted for access/wildcards: its first objects are shown as accepted. */
  readonly accepted?: readonly AcceptedRisk[]
}

export interface Fake extends Session {
  /** Names of the methods that were called, in order. */
  readonly calls: string[]
  readonly given: {
    answers?: unknown
    accepted?: unknown
    withdrawn?: unknown
    attested?: unknown
    evidence?: unknown
    outDir?: string
    finding?: JudgedFinding
  }
}

const CONTEXTS: readonly ContextChoice[] = [
  { name: 'dev', cluster: 'dev', user: 'olga', current: false },
  { name: 'prod', cluster: 'prod', user: 'olga', server: 'https://10.0.0.1:6443', current: true },
]

/** A session that keeps everything in memory and remembers what it was asked to do. */
export function createFakeSession(options: FakeOptions = {}): Fake {
  const calls: string[] = []
  const given: Record<string, unknown> = {}
  const listeners = new Set<() => void>()
  const contexts = options.contexts ?? CONTEXTS
  let view: SessionView = { phase: 'choosing', contexts: [] }
  let fixed = false
  let fail = options.failOnce
  let runs: readonly JournalRun[] = []
  const show = (next: SessionView) => {
    view = next
    for (const listener of listeners) listener()
  }
  const readyView = (target: Target): Ready => {
    const seen = assessment(fixed, options.accepted?.length)
    const now = options.waits === true ? waiting(seen) : seen
    const finding = now.checks[0]?.findings[0]
    const next: NextStep | undefined =
      fixed || finding === undefined ? undefined : { check: 'access/wildcards', wizard: WIZARD.id, finding, gain: 29 }
    const cluster = {
      name: 'prod',
      distribution: 'kubeadm',
      version: 'v1.36.1',
      ...(options.source === 'practice' ? {} : { context: 'prod' }),
    } as const
    return {
      phase: 'ready',
      target,
      source: options.source ?? 'live',
      cluster,
      ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
      state: { schemaVersion: 1, takenAt: now.at, source: 'live', cluster, kinds: {} } satisfies State,
      assessment: now,
      progress: {
        schemaVersion: 1,
        cluster: { uid: 'u', name: 'prod' },
        updatedAt: now.at,
        checks: {},
        history: [],
        accepted: [...(options.accepted ?? [])],
        attested: [],
      },
      before: { at: '2026-11-21T08:00:00.000Z', score: 40 },
      runs,
      ...(next === undefined ? {} : { next }),
      guides: [],
      encryption: { announced: { seen: 0, expected: 0, hashes: [] }, resources: ['secrets'], between: [] },
      refreshing: false,
    }
  }
  let target: Target = { kind: 'context', context: 'prod' }
  const act = async (kind: 'apply' | 'undo', act: ActOptions): Promise<Outcome> => {
    act.onProgress?.({ index: 0, total: 2, entry: entry('sent') })
    act.onProgress?.({ index: 0, total: 2, entry: entry('done') })
    await options.pause?.(act.signal)
    const stopped = act.signal?.aborted === true
    const second = entry(stopped ? 'not-done' : 'done', 'writer')
    act.onProgress?.({ index: 1, total: 2, entry: second })
    const done = run(`run-${runs.length + 1}`, kind, [entry('done'), second])
    runs = [...runs.map((r) => (kind === 'undo' ? { ...r, entries: r.entries.map((e) => ({ ...e, state: 'undone' as const })) } : r)), done]
    if (!stopped) fixed = kind === 'apply'
    show(readyView(target))
    if (stopped && options.rejectOnAbort === true)
      throw new HardenError('interrupted', 'The apply was interrupted.', 'Undo it or run it again.')
    if (done.verification === undefined) throw new Error('fixtures')
    return { run: done, verification: done.verification, ...(act.outDir === undefined ? {} : { folder: act.outDir }) }
  }
  const connect = async (to: Target) => {
    target = to
    show({ phase: 'connecting', target: to, progress: { kind: 'roles', done: 3, total: 4, objects: 12 } })
    if (fail !== undefined) {
      const error = fail
      fail = undefined
      return show({ phase: 'failed', target: to, error, contexts })
    }
    show(readyView(to))
  }
  return {
    calls,
    given,
    checks: options.waits === true ? withWaiting(CHECKS) : CHECKS,
    wizards: [WIZARD],
    view: () => view,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: async () => {
      calls.push('start')
      if (options.connected === true) await connect(options.source === 'practice' ? { kind: 'practice' } : target)
      else show({ phase: 'choosing', contexts })
    },
    choose: async (to) => {
      calls.push('choose')
      await connect(to)
    },
    leave: async () => {
      calls.push('leave')
      show({ phase: 'choosing', contexts })
    },
    refresh: async () => {
      calls.push('refresh')
      show(readyView(target))
    },
    wizardsFor: (check) => (WIZARD.fixes.includes(check) ? [WIZARD] : []),
    open: (_wizard, finding, answers = {}) => {
      given.finding = finding
      const follows = options.follows === true && answers.roleName !== undefined ? { note: `for ${String(answers.roleName)}` } : {}
      const days = options.follows === true && answers.scope === 'all' ? { days: 30 } : {}
      return { wizard: WIZARD, answers: { ...WIZARD.defaults(readyView(target).state, finding), ...follows, ...days, ...answers } }
    },
    preview: async (_wizard, answers) => {
      calls.push('preview')
      given.answers = answers
      if (options.previewError !== undefined) throw options.previewError
      return options.preview ?? preview()
    },
    apply: async (_preview, options = {}) => {
      calls.push('apply')
      given.outDir = options.outDir
      return act('apply', options)
    },
    previewUndo: async () => {
      calls.push('previewUndo')
      return options.preview ?? preview()
    },
    undo: async (_id, options = {}) => {
      calls.push('undo')
      return act('undo', options)
    },
    writeFolder: async (_preview, dir) => {
      calls.push('writeFolder')
      return [`${dir}/kustomization.yaml`]
    },
    accept: async (risk) => {
      calls.push('accept')
      given.accepted = risk
    },
    attest: async (item) => {
      calls.push('attest')
      given.attested = item
    },
    withdraw: async (check, scope) => {
      calls.push('withdraw')
      given.withdrawn = { check, scope }
    },
    importEvidence: async (file) => {
      calls.push('importEvidence')
      given.evidence = file
      if (file === 'bad.json')
        throw new HardenError('input', 'bad.json: is not one JSON document; it may have been cut off.', 'Take it again.')
      return file.includes('old') ? { taken: [], older: [EVIDENCE] } : { taken: [EVIDENCE], older: [] }
    },
    saveSnapshot: async () => {
      calls.push('saveSnapshot')
    },
    close: async () => {
      calls.push('close')
    },
  }
}
