import type { Command } from 'commander'
import { AREA_TITLES, AREAS } from '#model/areas.ts'
import { HardenError } from '#model/errors.ts'
import { safe, say } from '#model/text.ts'
import { percent } from '#report/words.ts'
import type { Ready } from '#session/types.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'

const FORMATS = ['table', 'json'] as const

/** `progress`, `accept`, `attest`: what is remembered of a cluster. */
export function remember(program: Command, ctx: Ctx): void {
  program
    .command('progress')
    .description('where this cluster stands')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      await connected(ctx, flags, { readOnly: true }, async (_session, ready) => {
        await emit(ctx.io, format === 'json' ? json(ready().progress) : progressText(ready()), flags.out)
      })
    })
  program
    .command('accept <check>')
    .description('accept a risk, with owner, reason and expiry')
    .requiredOption('--owner <name>', 'who takes the risk')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--expires <date>', 'until when, YYYY-MM-DD')
    .option('--kind <kind>', 'only objects of this kind')
    .option('--name <name>', 'only the object of this name')
    .action(async (check: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { owner: string; reason: string; expires: string; kind?: string; name?: string }
      const scope = { ...pick('kind', flags.kind), ...pick('namespace', flags.namespace), ...pick('name', flags.name) }
      await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
        ready()
        await session.accept({
          check,
          scope,
          owner: said(flags.owner, '--owner'),
          reason: said(flags.reason, '--reason'),
          expires: future(flags.expires, '--expires'),
        })
      })
      ctx.io.err(`Accepted: ${check} until ${flags.expires}.\n`)
    })
  program
    .command('attest <check>')
    .description('say that a manual item was looked at, with evidence')
    .requiredOption('--by <name>', 'who looked')
    .requiredOption('--evidence <text>', 'what was seen, or where it is kept')
    .requiredOption('--until <date>', 'until when it holds, YYYY-MM-DD')
    .action(async (check: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & { by: string; evidence: string; until: string }
      await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
        ready()
        await session.attest({
          check,
          by: said(flags.by, '--by'),
          evidence: said(flags.evidence, '--evidence'),
          until: future(flags.until, '--until'),
        })
      })
      ctx.io.err(`Attested: ${check} until ${flags.until}.\n`)
    })
}

function pick<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}

/** Who and why are answered by somebody later: blank is no answer. */
function said(text: string, flag: string): string {
  if (text.trim() !== '') return text
  throw new HardenError('usage', `${flag} is empty.`, 'Say it in a few words; it stands beside the check until it expires.')
}

/** A date that can be read and is not past: an unreadable expiry never means for ever. */
function future(text: string, flag: string): string {
  const shape = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text)
  const time = Date.parse(text)
  // The 31st of February is read as the 3rd of March by some engines.
  const real = shape && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10))
  if (!real) throw new HardenError('usage', `${flag} ${text} is not a date.`, 'Use YYYY-MM-DD.')
  if (time <= Date.now()) throw new HardenError('usage', `${flag} ${text} is in the past.`, 'Give a day to come.')
  return text
}

function progressText({ cluster, assessment, progress }: Ready): string {
  const first = progress.history[0]
  return `${[
    `Cluster ${safe(cluster.name)}: score ${percent(assessment.overall.score)}, coverage ${percent(assessment.overall.coverage)}`,
    ...(first === undefined ? [] : [`Followed since ${first.at}, then ${percent(first.score)}`]),
    ...AREAS.flatMap((a) => {
      const s = assessment.areas[a]
      return s === undefined
        ? []
        : [
            `  ${say(AREA_TITLES[a]).padEnd(22)} ${percent(s.score).padEnd(12)} ${s.totals.fail} fail, ${s.totals.unknown} unknown, ${s.totals.pass} pass`,
          ]
    }),
    ...progress.accepted.map((a) => `  accepted until ${a.expires}: ${a.check} (${safe(a.owner)}: ${safe(a.reason)})`),
    ...progress.attested.map((a) => `  attested until ${a.until}: ${a.check} (${safe(a.by)}: ${safe(a.evidence)})`),
  ].join('\n')}\n`
}
