import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { readOnce } from '#session/headless.ts'
import { connectionMatrix, NETWORK_READS, portOf } from '#session/network.ts'
import { withPolicies } from '#session/networkAdd.ts'
import { FLOW_READS, networkImpact } from '#session/networkImpact.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { readStdin } from '../io.ts'
import { impactLines } from '../networkImpactText.ts'
import { matrixJson, matrixLines } from '../networkText.ts'
import { previewVerb } from '../previewVerb.ts'

const FORMATS = ['table', 'json'] as const
type Flags = Globals & { readonly matrix?: boolean; readonly port?: string; readonly add?: string; readonly flows?: string }

/** `preview network`: who reaches whom, and which flows new policies cut. */
export function previewNetwork(program: Command, ctx: Ctx): void {
  previewVerb(program)
    .command('network')
    .description('which connections policies would cut; --matrix: who reaches whom')
    .option('--matrix', 'every pair of pods on one port')
    .option('--port <port/protocol>', 'the port of the matrix, such as 80/TCP (default: any)')
    .option('--add <file>', 'policies to add first')
    .option('--flows <file>', 'flows that should exist: JSON lines of Hubble, or CSV src,dst,port,proto')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      if (flags.matrix === true) return matrix(ctx, flags, format)
      if (flags.port !== undefined) throw new HardenError('usage', '--port belongs to --matrix.', 'Add --matrix, or leave --port out.')
      return impact(ctx, flags, format)
    })
}

async function impact(ctx: Ctx, flags: Flags, format: (typeof FORMATS)[number]): Promise<void> {
  const add = flags.add === undefined ? undefined : await ctx.deps.readManifests(flags.add)
  const text = flags.flows === undefined ? undefined : await readFlows(flags.flows, ctx)
  const state = await readOnce(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), FLOW_READS, { signal: ctx.io.signal })
  const answer = networkImpact(state, {
    ...(add === undefined ? {} : { add }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(text === undefined || flags.flows === undefined ? {} : { flows: { text, name: flags.flows } }),
  })
  await emit(ctx.io, format === 'json' ? json(answer) : paint(impactLines(answer), ctx.io.color), flags.out)
  ctx.exit(answer.lost.length + answer.doubtful.length > 0 ? 1 : 0)
}

function readFlows(path: string, ctx: Ctx): Promise<string> {
  if (path === '-') return readStdin(ctx.io)
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HardenError(
      'input',
      `${path} cannot be read: ${error.code ?? error.message}.`,
      'Check the path, or use - for standard input.',
    )
  })
}

async function matrix(ctx: Ctx, flags: Flags, format: (typeof FORMATS)[number]): Promise<void> {
  const port = flags.port === undefined ? undefined : portOf(flags.port)
  const deps = ctx.deps.session(flags, { readOnly: true })
  const read = await readOnce(deps, targetOf(flags), NETWORK_READS, { signal: ctx.io.signal })
  const state = flags.add === undefined ? read : withPolicies(read, await ctx.deps.readManifests(flags.add), flags.namespace).state
  const answer = connectionMatrix(state, port)
  if (format === 'table') return emit(ctx.io, paint(matrixLines(answer), ctx.io.color), flags.out)
  if (flags.out !== undefined) return emit(ctx.io, [...matrixJson(answer)].join(''), flags.out)
  for (const part of matrixJson(answer)) ctx.io.out(part)
}
