import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { itemsOf } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { bundleFiles, faultsOf, sealOf } from '#report/bundle.ts'
import { digestsOf, readBundle, rightsOf, writeBundle } from '#session/bundle.ts'
import { auditOnce } from '#session/headless.ts'
import { type Ctx, type Globals, targetOf } from '../context.ts'

/** `evidence bundle` and `evidence verify`: what an auditor is handed. */
export function bundleVerbs(verb: Command, ctx: Ctx): void {
  verb
    .command('bundle')
    .description('a folder for an auditor: control by control what was looked at, when and with which rights, with sums of all of it')
    .option('--out <dir>', 'a new or empty folder')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals
      if (flags.out === undefined || flags.out === '')
        throw new HardenError('usage', '--out is missing.', 'Give a new or empty folder with --out DIR.')
      const deps = ctx.deps.session(flags, { readOnly: true })
      const { state, assessment, judgedBy } = await auditOnce(deps, targetOf(flags), ctx.deps.checks, { signal: ctx.io.signal })
      const [identity] = itemsOf(state, 'identity')
      const files = bundleFiles({
        assessment,
        tool: { version: ctx.deps.version },
        by: { operator: deps.who, ...(identity === undefined ? {} : { user: identity.metadata.name, groups: identity.groups }) },
        rights: rightsOf(ctx.deps.checks),
        digests: digestsOf(state),
        accepted: judgedBy.accepted,
        attested: judgedBy.attested,
      })
      await writeBundle(flags.out, files)
      ctx.io.err(`Written to ${flags.out}. Note this elsewhere, or sign it:\n`)
      ctx.io.out(`${sealOf(files)}\n`)
    })
  verb
    .command('verify <dir>')
    .description('whether anything of a bundle was changed; prints the sum to compare with the one that was noted')
    .action(async (dir: string) => {
      const files = await readBundle(dir)
      const faults = faultsOf(files)
      for (const fault of faults) ctx.io.err(`${safe(fault)}\n`)
      ctx.io.out(faults.length === 0 ? `${sealOf(files)}\n` : '')
      ctx.exit(faults.length === 0 ? 0 : 1)
    })
}
