import type { Command } from 'commander'
import { readOnce } from '#session/headless.ts'
import { canConnect as answerOf, NETWORK_READS } from '#session/network.ts'
import { withPolicies } from '#session/networkAdd.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { connectLines } from '../networkText.ts'

const FORMATS = ['table', 'json'] as const

/** `can-connect SRC DST:PORT[/PROTO]`: exit 0 where it is allowed, 1 where it is not, or not for sure. */
export function canConnect(program: Command, ctx: Ctx): void {
  program
    .command('can-connect <source> <destination>')
    .description('may SRC connect to DST:PORT/PROTO, and which policies decide; ends are ns/pod, ns/service, deploy/NAME, an address')
    .option('--add <file>', 'as if these policies were there too')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (source: string, destination: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { readonly add?: string }
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const deps = ctx.deps.session(flags, { readOnly: true })
      const read = await readOnce(deps, targetOf(flags), NETWORK_READS, { signal: ctx.io.signal })
      const state = flags.add === undefined ? read : withPolicies(read, await ctx.deps.readManifests(flags.add), flags.namespace).state
      const answer = answerOf(state, source, destination, flags.namespace)
      await emit(ctx.io, format === 'json' ? json(answer) : paint(connectLines(answer), ctx.io.color), flags.out)
      ctx.exit(answer.verdict === 'allowed' ? 0 : 1)
    })
}
