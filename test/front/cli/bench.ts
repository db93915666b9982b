import { Readable } from 'node:stream'
import { loadEvidenceScript } from '#change/templates.ts'
import { readAuditLogs } from '#cluster/objects/auditLog.ts'
import { locateManifests, readManifests } from '#cluster/objects/manifests.ts'
import type { CliDeps, Globals } from '#front/cli/context.ts'
import { runCli } from '#front/cli/program.ts'
import type { Connection } from '#model/access.ts'
import type { Journal, JournalRun } from '#model/journal.ts'
import type { NodeEvidence } from '#model/objects/evidence.ts'
import type { Progress } from '#model/progress.ts'
import type { ClusterInfo } from '#model/state.ts'
import type { SessionDeps, Stores } from '#session/deps.ts'
import type { Target } from '#session/types.ts'
import { writtenBy } from '../../../src/change/rights.ts'
import { checks } from '../../../src/checks/index.ts'
import { connectLive, listContexts } from '../../../src/cluster/index.ts'
import { connectFrom } from '../../../src/cluster/objects/from.ts'
import { writeSnapshot } from '../../../src/cluster/objects/snapshot.ts'
import { rightsNeeded } from '../../../src/cluster/permissions.ts'
import { connectPractice } from '../../../src/cluster/practice/index.ts'
import { decisionsFrom } from '../../../src/store/decisions.ts'
import { wizards } from '../../../wizards/index.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly stdin?: string
  readonly interactive?: boolean
  readonly color?: boolean
  readonly signal?: AbortSignal
}

/** A command line on memory stores and one practice cluster that lasts as long as the bench: runs follow one another. */
export interface Bench {
  readonly run: (argv: readonly string[], options?: RunOptions) => Promise<Ran>
  readonly runs: () => readonly JournalRun[]
  readonly progress: () => Progress | undefined
  /** Whether each session so far took the lock, in order. */
  readonly locks: boolean[]
  readonly started: { readonly globals: Globals; readonly line: boolean; readonly readOnly: boolean }[]
}

const VERSION = '0.0.0-test'

export function cliBench(): Bench {
  const memory = memoryStores()
  const locks: boolean[] = []
  const started: { globals: Globals; line: boolean; readOnly: boolean }[] = []
  let practice: Promise<Connection> | undefined
  const connect = (globals: Globals) => async (target: Target) => {
    if (target.kind === 'practice') {
      practice ??= connectPractice()
      return await practice
    }
    if (target.kind === 'from') return connectFrom(target.path)
    const { kubeconfig, namespace } = globals
    return connectLive({
      version: VERSION,
      env: {},
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(target.context === undefined ? {} : { context: target.context }),
    })
  }
  const session = (globals: Globals, { readOnly }: { readonly readOnly: boolean }): SessionDeps => ({
    readOnly,
    checks,
    wizards,
    listContexts: () => listContexts({ env: {}, ...(globals.kubeconfig === undefined ? {} : { kubeconfig: globals.kubeconfig }) }),
    connect: connect(globals),
    openStores: async (target, cluster, { locked }) => {
      locks.push(locked)
      return memory.open(`${target.kind} ${cluster.uid ?? cluster.name}`, cluster)
    },
    writeSnapshot,
    now: () => new Date(),
    ...(globals.decisions === undefined ? {} : { decisions: decisionsFrom(globals.decisions) }),
    who: 'tester',
  })
  const deps: CliDeps = {
    version: VERSION,
    checks,
    wizards,
    session,
    startSession: async (globals, options) => {
      started.push({ globals, ...options })
      return 0
    },
    permissions: async () => rightsNeeded(wizards.map((w) => ({ id: w.id, title: w.title, rules: writtenBy(w) }))),
    evidenceScript: async () => loadEvidenceScript(),
    readManifests,
    locateManifests,
    readAuditLogs,
    emptyState: () => ({
      schemaVersion: 1,
      takenAt: new Date().toISOString(),
      source: 'manifests',
      cluster: { name: 'no cluster', distribution: 'unknown' },
      kinds: {},
    }),
  }
  return {
    locks,
    started,
    runs: memory.runs,
    progress: memory.progress,
    async run(argv, { stdin = '', interactive = false, color = false, signal = new AbortController().signal } = {}) {
      let out = ''
      let err = ''
      const io = {
        stdin: Readable.from([stdin]),
        out: (text: string) => {
          out += text
        },
        err: (text: string) => {
          err += text
        },
        interactive,
        color,
        env: {},
        signal,
      }
      const code = await runCli(argv, deps, io)
      return { code, out, err }
    },
  }
}

/** One store for each cluster, kept between command lines. */
function memoryStores() {
  const kept = new Map<string, { progress: Progress; runs: Map<string, JournalRun>; evidence: readonly NodeEvidence[] }>()
  const open = (key: string, cluster: ClusterInfo): Stores => {
    const at = new Date().toISOString()
    const mine = kept.get(key) ?? {
      progress: {
        schemaVersion: 1,
        cluster: { uid: cluster.uid ?? key, name: cluster.name },
        updatedAt: at,
        checks: {},
        history: [],
        accepted: [],
        attested: [],
      },
      runs: new Map<string, JournalRun>(),
      evidence: [],
    }
    kept.set(key, mine)
    const journal: Journal = {
      save: async (run) => void mine.runs.set(run.id, structuredClone(run)),
      list: async () => [...mine.runs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      get: async (id) => mine.runs.get(id),
    }
    return {
      progress: { load: async () => mine.progress, save: async (p) => void Object.assign(mine, { progress: p }) },
      journal,
      evidence: {
        list: async () => mine.evidence,
        save: async (all) => {
          mine.evidence = structuredClone(all)
        },
      },
      release: async () => {},
    }
  }
  return {
    open,
    runs: () => [...kept.values()].flatMap((k) => [...k.runs.values()]),
    progress: () => [...kept.values()][0]?.progress,
  }
}
