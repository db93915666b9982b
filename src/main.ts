import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { CliDeps, Globals } from '#front/cli/context.ts'
import type { Io } from '#front/cli/io.ts'
import { processIo } from '#front/cli/process.ts'
import type { Boot } from '#front/tui/boot.tsx'
import type { Check } from '#model/check.ts'
import type { Wizard } from '#model/wizard.ts'
import type { SessionDeps } from '#session/deps.ts'
import type { Session, Target } from '#session/types.ts'
import packageJson from '../package.json' with { type: 'json' }

const { version } = packageJson

/** A process that has begun: its ends, and the first frame where one is on the screen already. */
interface Start {
  readonly io: Io
  /** Leaves Ctrl-C to a session. */
  readonly handOver: () => void
  readonly boot?: Boot
}

/** The process: runs one command line and leaves with its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  const { io, handOver } = processIo()
  const full = process.stdin.isTTY === true && process.stdout.isTTY === true && !isPlain(io.env) && opensSession(argv)
  // The first frame is on the screen before the rest of kubeharden is loaded.
  const boot = full ? (await import('#front/tui/boot.tsx')).showFirstFrame(version) : undefined
  await new Promise((resolve) => setImmediate(resolve))
  const code = runWith(argv, boot === undefined ? { io, handOver } : { io: below(boot, io), handOver, boot })
  process.exitCode = await (boot === undefined ? code : Promise.race([code, boot.left]))
  boot?.app.unmount()
  await Promise.all([process.stdout, process.stderr].map(written))
  // A connection pool or an open prompt must not keep a finished process alive.
  setImmediate(() => process.exit(process.exitCode)).unref()
}

/** All of it is with its reader: a long report into a pipe is still under way when it was written. A reader that left counts too. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}

/** What is printed while the first frame stands (a wrong flag, say) takes it away first. */
function below(boot: Boot, io: Io): Io {
  const print = (to: (text: string) => void) => (text: string) => {
    boot.app.unmount()
    to(text)
  }
  return { ...io, out: print(io.out), err: print(io.err) }
}

const SWITCHES = new Set(['--practice', '--read-only', '--no-color', '-q', '--quiet', '-v', '--verbose'])
const WITH_VALUE = new Set(['--kubeconfig', '--context', '-n', '--namespace', '--as', '--request-timeout', '--from', '--decisions'])

/** Surely a full-screen session? Only decides whether a first frame is drawn at once; the command line is parsed properly later. */
function opensSession(argv: readonly string[]): boolean {
  for (let i = 0; i < argv.length; i += 1) {
    const arg = argv[i] ?? ''
    if (WITH_VALUE.has(arg)) i += 1
    else if (!SWITCHES.has(arg)) return false
  }
  return true
}

/** No cursor codes and no symbols: for dumb terminals and screen readers. */
function isPlain(env: Io['env']): boolean {
  return env.TERM === 'dumb' || Boolean(env.ACCESSIBLE)
}

async function runWith(argv: readonly string[], start: Start): Promise<number> {
  const [{ runCli }, { checks }, { wizards }] = await Promise.all([
    import('#front/cli/program.ts'),
    import('#checks/index.ts'),
    import('#wizards/index.ts'),
  ])
  return runCli(argv, cliDeps(checks, wizards, start), start.io)
}

function cliDeps(checks: readonly Check[], wizards: readonly Wizard[], start: Start): CliDeps {
  const session = (globals: Globals, { readOnly }: { readonly readOnly: boolean }) => sessionDeps(checks, wizards, globals, readOnly)
  return {
    version,
    checks,
    wizards,
    session,
    startSession: (globals, options) => startSession(session(globals, options), globals, options, start),
    permissions: async () => {
      const [{ rightsNeeded }, { writtenBy }] = await Promise.all([import('#cluster/permissions.ts'), import('#change/rights.ts')])
      return rightsNeeded(wizards.map((w) => ({ id: w.id, title: w.title, rules: writtenBy(w) })))
    },
    evidenceScript: async () => (await import('#change/templates.ts')).loadEvidenceScript(),
    readManifests: async (path) => (await import('#cluster/objects/manifests.ts')).readManifests(path),
    locateManifests: async (path) => (await import('#cluster/objects/manifests.ts')).locateManifests(path),
    readAuditLogs: async function* (paths, signal) {
      yield* (await import('#cluster/objects/auditLog.ts')).readAuditLogs(paths, signal)
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
    connect: async (target: Target, signal?: AbortSignal) => {
      if (target.kind === 'practice') return (await import('#cluster/practice/index.ts')).connectPractice()
      if (target.kind === 'from') return (await import('#cluster/objects/from.ts')).connectFrom(target.path)
      const { connectLive } = await import('#cluster/index.ts')
      return connectLive({
        ...flags,
        version,
        ...(target.context === undefined ? {} : { context: target.context }),
        ...(signal === undefined ? {} : { signal }),
      })
    },
    openStores: async (target, cluster, options) => (await import('./stores.ts')).openStores(target, cluster, options),
    writeSnapshot: async (state, path) => (await import('#cluster/objects/snapshot.ts')).writeSnapshot(state, path),
    ...(globals.decisions === undefined
      ? {}
      : { decisions: async (lookup) => (await import('./store/decisions.ts')).decisionsFrom(globals.decisions ?? '')(lookup) }),
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
  { io, handOver, boot }: Start,
): Promise<number> {
  const { targetOf } = await import('#front/cli/context.ts')
  const asked = targetOf(globals)
  const target: Target = asked.kind === 'context' && !hasKubeconfig(globals) ? { kind: 'practice' } : asked
  if (!options.line && (process.stdin.isTTY !== true || process.stdout.isTTY !== true)) return auditInstead(deps, target, io)
  const { createSession } = await import('#session/session.ts')
  const session = createSession({ ...deps, target })
  handOver()
  try {
    const code = await runFront(session, options.line, io, boot)
    const view = session.view()
    // Left without ever getting in: the reason decides the exit code, as for every verb.
    return code === 0 && view.phase === 'failed' ? view.error.exitCode : code
  } finally {
    await session.close()
  }
}

async function runFront(session: Session, line: boolean, io: Io, boot?: Boot): Promise<number> {
  const plain = isPlain(io.env)
  if (line || plain) {
    const { runLine } = await import('#front/line/index.ts')
    return runLine(session, { lang: 'en', color: io.color, plain, input: process.stdin, output: process.stdout, version })
  }
  const { runTui } = await import('#front/tui/index.ts')
  return runTui(session, { lang: 'en', color: io.color, version, ...(boot === undefined ? {} : { boot }) })
}

/** No terminal to draw on: the checklist as text. */
async function auditInstead(deps: SessionDeps, target: Target, io: Io): Promise<number> {
  const [{ auditOnce }, { toTable }] = await Promise.all([import('#session/headless.ts'), import('#report/table.ts')])
  io.err('No terminal: printing the checklist once. kubeharden audit has more formats.\n')
  io.out(toTable((await auditOnce(deps, target, deps.checks, { signal: io.signal })).assessment))
  return 0
}
