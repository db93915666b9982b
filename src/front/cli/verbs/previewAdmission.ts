import type { Command } from 'commander'
import { safe } from '#model/text.ts'
import { admissionLines } from '#report/admissionText.ts'
import { previewAdmission as preview } from '#session/admission.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { previewVerb } from '../previewVerb.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly add: string; readonly probe?: boolean; readonly readOnly?: boolean }

/** `preview admission`: what proposed admission policies would refuse of what is there, as the API server itself says. */
export function previewAdmission(program: Command, ctx: Ctx): void {
  previewVerb(program)
    .command('admission')
    .description('which objects of today a ValidatingAdmissionPolicy would refuse, as the API server itself says; it is asked with --probe')
    .requiredOption('-f, --add <file>', 'the policies, with their bindings and parameters')
    .option('--probe', 'write copies that warn our own dry runs only, ask about every object by a dry run, and remove them again')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const probe = flags.probe === true
      const deps = ctx.deps.session(flags, { readOnly: !probe || flags.readOnly === true })
      const asked = {
        objects: await ctx.deps.locateManifests(flags.add),
        probe,
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
        ...(flags.quiet === true ? {} : { onNote: (text: string) => ctx.io.err(`${safe(text)}\n`) }),
      }
      const found = await preview(deps, targetOf(flags), asked, { signal: ctx.io.signal })
      await emit(ctx.io, format === 'json' ? json(found) : paint(admissionLines(found), ctx.io.color), flags.out)
      ctx.exit(found.policies.some((p) => p.violations.length + p.unknown.length > 0) ? 1 : 0)
    })
}
