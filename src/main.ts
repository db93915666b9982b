import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { CliDeps, Globals } from '#front/cli/context.ts'
import type { Io } from '#front/cli/io.ts'
import { processIo } from '#front/cli/process.ts'
import type { Check } from '#model/check.ts'
import type { Wizard } from '#model/wizard.ts'
import type { SessionDeps } from '#session/deps.ts'
import type { Session, Target } from '#session/types.ts'
import packageJson from '../package.json' with { type: 'json' }

const { version } = packageJson

/** The process: runs one command line and leaves with its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  const { io, handOver } = processIo()
  process.exitCode = await runWith(argv, io, handOver)
  // A connection pool or an open prompt must not keep a finished process alive.
  setImmediate(() => process.exit(process.exitCode)).unref()
}

async function runWith(argv: readonly string[], io: Io, handOver: () => void): Promise<number> {
  const [{ runCli }, { checks }, { wizards }] = await Promise.all([
    import('#front/cli/program.ts'),
    import('#checks/index.ts'),
    import('#wizards/index.ts'),
  ])
  const deps = cliDeps(checks, wizards, io, handOver)
  return runCli(argv, deps, io)
}

function cliDeps(checks: readonly Check[], wizards: readonly Wizard[], io: Io, handOver: () => void): CliDeps {
  const session = (globals: Globals, { readOnly }: { readonly readOnly: boolean }) => sessionDeps(checks, wizards, globals, readOnly)
  return {
    version,
    checks,
    wizards,
    session,
    startSession: (globals, options) => startSession(session(globals, options), globals, options, io, handOver),
    permissions: async () => {
      const [{ rightsNeeded }, { writtenBy }] = await Promise.all([import('#cluster/permissions.ts'), import('#change/rights.ts')])
      return rightsNeeded(wizards.map((w) => ({ id: w.id, title: w.title, rules: writtenBy(w.id) })))
    },
    emptyState: () => ({
      schemaVersion: 1,
      takenAt: new Date().toISOString(),
      source: 'manifests',
      cluster: { name: 'no cluster', distribution: 'unknown' },
      kinds: {},
    }),
  }
}

/** The doors of a session for these flags. The cluster room is loaded at the first connection, after the first frame. */
function sessionDeps(checks: readonly Check[], wizards: readonly Wizard[], globals: Globals, readOnly: boolean): SessionDeps {
  const flags = {
    ...(globals.kubeconfig === undefined ? {} : { kubeconfig: globals.kubeconfig }),
    ...(globals.namespace === undefined ? {} : { namespace: globals.namespace }),
    ...(globals.as === undefined ? {} : { as: globals.as }),
    ...(globals.asGroup === undefined ? {} : { asGroups: globals.asGroup }),
    ...(globals.requestTimeout === undefined ? {} : { requestTimeout: globals.requestTimeout }),
  }
  return {
    readOnly,
    checks,
    wizards,
    listContexts: async () => (await import('#cluster/index.ts')).listContexts(flags),
    connect: async (target: Target) => {
      if (target.kind === 'practice') return (await import('#cluster/practice/index.ts')).connectPractice()
      if (target.kind === 'from') return (await import('#cluster/objects/from.ts')).connectFrom(target.path)
      const { connectLive } = await import('#cluster/index.ts')
      return connectLive({ ...flags, version, ...(target.context === undefined ? {} : { context: target.context }) })
    },
    openStores: async (target, cluster, options) => (await import('./stores.ts')).openStores(target, cluster, options),
    writeSnapshot: async (state, path) => (await import('#cluster/objects/snapshot.ts')).writeSnapshot(state, path),
    now: () => new Date(),
    who: userInfo().username,
  }
}

/** Is there any way to a cluster on this machine? Where there is none at all, the session starts on the practice cluster. */
function hasKubeconfig(globals: Globals): boolean {
  if (globals.kubeconfig !== undefined || globals.context !== undefined || process.env.KUBECONFIG) return true
  return existsSync(join(homedir(), '.kube', 'config')) || process.env.KUBERNETES_SERVICE_HOST !== undefined
}

async function startSession(
  deps: SessionDeps,
  globals: Globals,
  options: { readonly line: boolean },
  io: Io,
  handOver: () => void,
): Promise<number> {
  const { targetOf } = await import('#front/cli/context.ts')
  const asked = targetOf(globals)
  const target: Target = asked.kind === 'context' && !hasKubeconfig(globals) ? { kind: 'practice' } : asked
  if (!options.line && (process.stdin.isTTY !== true || process.stdout.isTTY !== true)) return auditInstead(deps, target, io)
  const { createSession } = await import('#session/session.ts')
  const session = createSession({ ...deps, target })
  handOver()
  try {
    const code = await runFront(session, options.line, io)
    const view = session.view()
    // Left without ever getting in: the reason decides the exit code, as for every verb.
    return code === 0 && view.phase === 'failed' ? view.error.exitCode : code
  } finally {
    await session.close()
  }
}

async function runFront(session: Session, line: boolean, io: Io): Promise<number> {
  const plain = io.env.TERM === 'dumb' || Boolean(io.env.ACCESSIBLE)
  if (line || plain) {
    const { runLine } = await import('#front/line/index.ts')
    return runLine(session, { lang: 'en', color: io.color, plain, input: process.stdin, output: process.stdout, version })
  }
  const { runTui } = await import('#front/tui/index.ts')
  return runTui(session, { lang: 'en', color: io.color, version })
}

/** No terminal to draw on: the checklist as text. */
async function auditInstead(deps: SessionDeps, target: Target, io: Io): Promise<number> {
  const [{ auditOnce }, { toTable }] = await Promise.all([import('#session/headless.ts'), import('#report/table.ts')])
  io.err('No terminal: printing the checklist once. kubeharden audit has more formats.\n')
  io.out(toTable((await auditOnce(deps, target, deps.checks, { signal: io.signal })).assessment))
  return 0
}
