import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { POD_SECURITY_LEVELS, type PolicyVersion } from '#model/podSecurity.ts'
import { podSecurityLines } from '#report/podSecurityText.ts'
import { knownVersions, previewPodSecurity as preview, readPolicyVersion } from '#session/podSecurity.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { previewVerb } from '../previewVerb.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly level?: string; readonly policyVersion?: string }

/** `preview pod-security`: what a level would refuse of what is there, and how to cure it. */
export function previewPodSecurity(program: Command, ctx: Ctx): void {
  previewVerb(program)
    .command('pod-security')
    .description('what a level of Pod Security would refuse of the pods and templates that are there, and how to cure it')
    .requiredOption('--level <level>', POD_SECURITY_LEVELS.join(', '))
    .option('--policy-version <version>', 'whose rules: latest, or v1.N', 'latest')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const asked = {
        level: oneOf('--level', flags.level ?? '', POD_SECURITY_LEVELS),
        policyVersion: versionOf(flags.policyVersion ?? 'latest'),
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      }
      const found = await preview(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), asked, { signal: ctx.io.signal })
      await emit(ctx.io, format === 'json' ? json(found) : paint(podSecurityLines(found), ctx.io.color), flags.out)
      ctx.exit(found.violations.length > 0 ? 1 : 0)
    })
}

function versionOf(text: string): PolicyVersion {
  const version = readPolicyVersion(text)
  if (version !== undefined) return version
  throw new HardenError('usage', `--policy-version ${text} is not known.`, `Known are ${knownVersions()}.`)
}
