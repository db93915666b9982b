import type { Command } from 'commander'
import { lossLines } from '#report/lossText.ts'
import { readOnce } from '#session/headless.ts'
import { LOSS_READS, lossPreview } from '#session/loss.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { previewVerb } from '../previewVerb.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly node?: readonly string[]; readonly zone?: readonly string[]; readonly registry?: readonly string[] }

/** `preview loss`: what is left when a node, a zone or a registry is gone. */
export function previewLoss(program: Command, ctx: Ctx): void {
  previewVerb(program)
    .command('loss')
    .description('what is left of the workloads when nodes, zones or registries are lost (default: each of them by itself)')
    .option('--node <name...>', 'these nodes')
    .option('--zone <name...>', 'all nodes of these zones, at the same time')
    .option('--registry <host...>', 'nothing can be pulled from these, at the same time')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      const state = await readOnce(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), LOSS_READS, { signal: ctx.io.signal })
      const found = lossPreview(state, {
        nodes: flags.node ?? [],
        zones: flags.zone ?? [],
        registries: flags.registry ?? [],
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      })
      await emit(ctx.io, format === 'json' ? json(found) : paint(lossLines(found), ctx.io.color), flags.out)
      ctx.exit(found.losses.some((loss) => loss.breaks) ? 1 : 0)
    })
}
