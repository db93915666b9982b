import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import type { QuotaPreview } from '#model/quota.ts'
import { quotaLines } from '#report/quotaText.ts'
import { previewQuota as preview } from '#session/quota.ts'
import { proposalsText } from '#session/quotaPropose.ts'
import { paint } from '../color.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { previewVerb } from '../previewVerb.ts'

const FORMATS = ['table', 'json', 'yaml'] as const
type Format = (typeof FORMATS)[number]
type Flags = Globals & { readonly add?: string; readonly propose?: boolean; readonly headroom?: string }
const HEADROOM = 30

/** `preview quota`: would today's pods and the next rollout still be admitted, and which sizes would fit. */
export function previewQuota(program: Command, ctx: Ctx): void {
  previewVerb(program)
    .command('quota')
    .description("whether today's objects and the next rollouts fit into the quotas and limit ranges, and which sizes would fit")
    .option('--add <file>', 'ResourceQuotas and LimitRanges to add first')
    .option('--propose', 'propose a quota for each namespace, from what is used today; -o yaml prints them')
    .option('--headroom <percent>', `room over what is used today (default: ${HEADROOM})`)
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Flags
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      if (flags.propose !== true && flags.headroom !== undefined)
        throw new HardenError('usage', '--headroom belongs to --propose.', 'Add --propose, or leave --headroom out.')
      if (flags.propose !== true && format === 'yaml')
        throw new HardenError('usage', '-o yaml prints what --propose proposes.', 'Add --propose, or take -o json.')
      const add = flags.add === undefined ? undefined : await ctx.deps.readManifests(flags.add)
      const asked = {
        ...(add === undefined ? {} : { add }),
        ...(flags.propose === true ? { headroom: percentOf(flags.headroom) } : {}),
        ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
      }
      const found = await preview(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), asked, { signal: ctx.io.signal })
      await emit(ctx.io, shown(found, format, ctx), flags.out)
      ctx.exit(found.namespaces.some((ns) => ns.refused.length > 0) ? 1 : 0)
    })
}

function shown(found: QuotaPreview, format: Format, ctx: Ctx): string {
  const { proposals = [] } = found
  if (format === 'json') return json(found)
  if (format === 'yaml') return proposals.length === 0 ? '' : `${proposalsText(proposals)}\n`
  return paint(quotaLines(found), ctx.io.color)
}

function percentOf(text = String(HEADROOM)): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new HardenError('usage', `--headroom ${text} is not a percentage.`, 'Give a whole number such as 30.')
}
