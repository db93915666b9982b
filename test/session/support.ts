import { expect } from 'vitest'
import { checks } from '#checks/index.ts'
import { connectPractice } from '#cluster/practice/index.ts'
import type { Connection, Writer } from '#model/access.ts'
import type { Check } from '#model/check.ts'
import { HardenError } from '#model/errors.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import type { Progress, ProgressStore } from '#model/progress.ts'
import type { Answers } from '#model/questions.ts'
import type { State } from '#model/state.ts'
import type { SessionDeps } from '#session/deps.ts'
import { createSession } from '#session/session.ts'
import type { Ready, Session } from '#session/types.ts'
import { wizards } from '#wizards/index.ts'

export const NOW = new Date('2026-11-22T12:00:00Z')

/** A small part of the real checks: what the two wizards of these tests fix. */
export const CHECKS: readonly Check[] = checks.filter((c) => /^(network|access)\//.test(c.id))

/** Closes the namespace shop of the practice cluster with one NetworkPolicy. */
export const DENY: Answers = { mode: 'default-deny', inNamespaces: ['shop'], direction: 'ingress' }

type Door = keyof Writer

/** Everything a session is handed, on a practice cluster, with what was opened, closed, sent and kept. */
export class World {
  now = NOW
  contexts: SessionDeps['listContexts'] = async () => [{ name: 'one', cluster: 'c', user: 'u', current: true }]
  /** Throws or waits in the place of a door. */
  atConnect: (signal: AbortSignal | undefined) => Promise<void> = async () => {}
  atCollect: (signal: AbortSignal | undefined) => Promise<void> = async () => {}
  atSave: (run: JournalRun) => void = () => {}
  atProgress: (progress: Progress) => void = () => {}
  writable = true
  readonly open = { readers: 0, locks: 0, unlocked: 0 }
  /** Writes that were no dry runs. */
  readonly sent: string[] = []
  readonly saved: JournalRun[] = []
  readonly kept: Progress[] = []
  readonly snapshots: { readonly state: State; readonly path: string }[] = []
  #connection: Promise<Connection> | undefined
  readonly #runs = new Map<string, JournalRun>()

  /** The writer of the cluster itself: what somebody else does to it. */
  async other(): Promise<Writer> {
    const { writer } = await this.#practice()
    if (writer === undefined) throw new Error('the practice cluster can be written to')
    return writer
  }

  /** One cluster for all connections of a test. */
  #practice(): Promise<Connection> {
    this.#connection ??= connectPractice(() => this.now)
    return this.#connection
  }

  deps(more: Partial<SessionDeps> = {}): SessionDeps {
    return {
      target: { kind: 'practice' },
      readOnly: false,
      checks: CHECKS,
      wizards,
      listContexts: () => this.contexts(),
      connect: (_target, signal) => this.#connect(signal),
      openStores: async (_target, _cluster, { locked }) => {
        if (locked && this.open.locks > 0) throw new HardenError('locked', 'Another session works on this cluster.', 'End it.')
        const kind = locked ? 'locks' : 'unlocked'
        this.open[kind] += 1
        return { progress: this.progress, journal: this.journal, release: async () => this.#closed(kind) }
      },
      writeSnapshot: async (state, path) => void this.snapshots.push({ state, path }),
      now: () => this.now,
      who: 'ada',
      ...more,
    }
  }

  session(more: Partial<SessionDeps> = {}) {
    return createSession(this.deps(more))
  }

  async ready(more: Partial<SessionDeps> = {}) {
    const session = this.session(more)
    await session.start()
    readyOf(session)
    return session
  }

  readonly progress: ProgressStore = {
    load: async () =>
      this.kept.at(-1) ?? {
        schemaVersion: 1,
        cluster: { uid: 'practice', name: 'practice' },
        updatedAt: NOW.toISOString(),
        checks: {},
        history: [],
        accepted: [],
        attested: [],
      },
    save: async (progress) => {
      this.atProgress(progress)
      this.kept.push(structuredClone(progress))
    },
  }

  readonly journal: Journal = {
    save: async (run) => {
      this.atSave(run)
      this.saved.push(structuredClone(run))
      this.#runs.set(run.id, structuredClone(run))
    },
    list: async () => [...this.#runs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    get: async (id) => this.#runs.get(id),
  }

  async #connect(signal: AbortSignal | undefined): Promise<Connection> {
    await this.atConnect(signal)
    const { reader } = await this.#practice()
    this.open.readers += 1
    return {
      reader: {
        kind: reader.kind,
        collect: async (kinds, options) => {
          await this.atCollect(options?.signal)
          return reader.collect(kinds, options)
        },
        close: async () => this.#closed('readers'),
      },
      ...(this.writable ? { writer: this.#noted(await this.other()) } : { readOnlyReason: 'these are files' }),
    }
  }

  #closed(what: keyof World['open']): void {
    this.open[what] -= 1
  }

  #noted(writer: Writer): Writer {
    return new Proxy(writer, {
      get: (target, door: Door) => {
        const send = target[door] as (...args: unknown[]) => unknown
        if (door === 'get' || door === 'plural') return send
        return (...args: unknown[]) => {
          const options = args.at(-1) as { readonly dryRun?: boolean }
          if (options.dryRun !== true) this.sent.push(door)
          return send(...args)
        }
      },
    })
  }
}

export function readyOf(session: Session): Ready {
  const view = session.view()
  if (view.phase === 'ready') return view
  throw new Error(`not ready but ${view.phase}: ${view.phase === 'failed' ? `${view.error.message} ${view.error.stack}` : ''}`)
}

export const statusOf = (session: Session, id: string) => readyOf(session).assessment.checks.find((c) => c.id === id)?.status

/** The HardenError that a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<HardenError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(HardenError)
  return error as HardenError
}

/** Resolves by hand. */
export const gate = () => Promise.withResolvers<void>()

/** Lets everything that can go on go on. */
export const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 20))
