import { Command, CommanderError } from 'commander'
import { HardenError, toHardenError } from '#model/errors.ts'
import { safeLines } from '#model/text.ts'
import { addGlobals, type CliDeps, type Ctx } from './context.ts'
import { errorText, type Io } from './io.ts'
import { apply } from './verbs/apply.ts'
import { audit } from './verbs/audit.ts'
import { canConnect } from './verbs/canConnect.ts'
import { compare } from './verbs/compare.ts'
import { config } from './verbs/config.ts'
import { encryption } from './verbs/encryption.ts'
import { evidence } from './verbs/evidence.ts'
import { explain } from './verbs/explain.ts'
import { generate } from './verbs/generate.ts'
import { journal, undo } from './verbs/journal.ts'
import { completion, permissions, session, snapshot, version } from './verbs/misc.ts'
import { previewAdmission } from './verbs/previewAdmission.ts'
import { previewLoss } from './verbs/previewLoss.ts'
import { previewNetwork } from './verbs/previewNetwork.ts'
import { previewPodSecurity } from './verbs/previewPodSecurity.ts'
import { previewQuota } from './verbs/previewQuota.ts'
import { rbac } from './verbs/rbac.ts'
import { remember } from './verbs/remember.ts'
import { whoCan } from './verbs/whoCan.ts'

const VERBS = [
  audit,
  compare,
  explain,
  generate,
  apply,
  previewPodSecurity,
  previewNetwork,
  previewAdmission,
  previewQuota,
  previewLoss,
  canConnect,
  snapshot,
  whoCan,
  rbac,
  evidence,
  journal,
  undo,
  encryption,
  remember,
  config,
  permissions,
  completion,
  version,
  session,
]

/** Runs one command line; returns the exit code. Never throws: every error is printed with what to do next. */
export async function runCli(argv: readonly string[], deps: CliDeps, io: Io): Promise<number> {
  let code = 0
  const ctx: Ctx = {
    io,
    deps,
    exit: (c) => {
      code = c
    },
  }
  const program = buildProgram(ctx)
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return io.signal.aborted ? 130 : code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (io.signal.aborted && !(error instanceof HardenError)) return 130
    const harden = toHardenError(error)
    io.err(errorText(harden, argv.includes('-v') || argv.includes('--verbose')))
    return harden.exitCode
  }
}

export function buildProgram(ctx: Ctx): Command {
  const program = new Command('kubeharden')
  program
    .description('Hardens Kubernetes clusters: shows what is wrong and why, previews, applies, proves and undoes the fix.')
    .version(ctx.deps.version, '-V, --version')
    .showHelpAfterError('(kubeharden --help lists verbs and flags)')
    .enablePositionalOptions(false)
  addGlobals(program)
  for (const verb of VERBS) verb(program, ctx)
  prepare(program, ctx)
  return program
}

/** Errors and help go where the rest goes, and nothing ends the process from inside. */
function prepare(command: Command, ctx: Ctx): void {
  command.exitOverride().configureOutput({ writeOut: ctx.io.out, writeErr: (text) => ctx.io.err(safeLines(text)) })
  for (const sub of command.commands) prepare(sub, ctx)
}
