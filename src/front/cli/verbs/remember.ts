import type { Command } from 'commander'
import { stringify } from 'yaml'
import { AREA_TITLES, AREAS } from '#model/areas.ts'
import type { Decisions } from '#model/decisions.ts'
import { HardenError } from '#model/errors.ts'
import { safe, say } from '#model/text.ts'
import { guideSentence, percent } from '#report/words.ts'
import type { Ready, Session } from '#session/types.ts'
import { connected } from '../connected.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'

const FORMATS = ['table', 'json', 'decisions'] as const

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
        const text = { table: progressText, json: () => json(ready().progress), decisions: decisionsYaml }[format](ready())
        await emit(ctx.io, text, flags.out)
      })
    })
  program
    .command('accept <check>')
    .description('accept a risk, with owner, reason and expiry')
    .option('--owner <name>', 'who takes the risk')
    .option('--reason <text>', 'why')
    .option('--expires <date>', 'until when, YYYY-MM-DD')
    .option('--withdraw', 'take it back; with --kind, -n, --name only what was accepted for exactly that')
    .option('--kind <kind>', 'only objects of this kind')
    .option('--name <name>', 'only the object of this name')
    .action(async (check: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & Asked & { kind?: string; name?: string }
      const scope = { ...pick('kind', flags.kind), ...pick('namespace', flags.namespace), ...pick('name', flags.name) }
      if (flags.withdraw === true) return withdraw(ctx, flags, check, Object.keys(scope).length === 0 ? undefined : scope)
      const [owner, reason] = [said(flags.owner, '--owner'), said(flags.reason, '--reason')]
      const expires = future(flags.expires, '--expires')
      await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
        ready()
        await session.accept({
          check,
          scope,
          owner,
          reason,
          expires,
        })
      })
      ctx.io.err(`Accepted: ${check} until ${expires}.\n`)
    })
  program
    .command('attest <check>')
    .description('say that a manual item was looked at, with evidence')
    .option('--by <name>', 'who looked')
    .option('--evidence <text>', 'what was seen, or where it is kept')
    .option('--until <date>', 'until when it holds, YYYY-MM-DD')
    .option('--withdraw', 'take it back')
    .action(async (check: string, _options, self: Command) => {
      const flags = self.optsWithGlobals() as Globals & Asked
      if (flags.withdraw === true) return withdraw(ctx, flags, check)
      const [by, evidence] = [said(flags.by, '--by'), said(flags.evidence, '--evidence')]
      const until = future(flags.until, '--until')
      await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
        ready()
        await session.attest({
          check,
          by,
          evidence,
          until,
        })
      })
      ctx.io.err(`Attested: ${check} until ${until}.\n`)
    })
}

type Asked = { readonly [F in 'owner' | 'reason' | 'expires' | 'by' | 'evidence' | 'until']?: string } & { readonly withdraw?: boolean }

async function withdraw(ctx: Ctx, flags: Globals, check: string, scope?: Parameters<Session['withdraw']>[1]): Promise<void> {
  await connected(ctx, flags, { readOnly: false }, async (session, ready) => {
    ready()
    await session.withdraw(check, scope)
  })
  ctx.io.err(`Withdrawn: ${check}.\n`)
}

function pick<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: string })
}

/** Who and why are answered by somebody later: blank is no answer. */
function said(text: string | undefined, flag: string): string {
  if (text !== undefined && text.trim() !== '') return text
  throw new HardenError(
    'usage',
    `${flag} is ${text === undefined ? 'missing' : 'empty'}.`,
    'Say it in a few words; it stands beside the check until it expires.',
  )
}

/** A date that can be read and is not past: an unreadable expiry never means for ever. */
function future(text: string | undefined, flag: string): string {
  if (text === undefined) throw new HardenError('usage', `${flag} is missing.`, 'Say until when, as YYYY-MM-DD.')
  const shape = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text)
  const time = Date.parse(text)
  // The 31st of February is read as the 3rd of March by some engines.
  const real = shape && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, 10))
  if (!real) throw new HardenError('usage', `${flag} ${text} is not a date.`, 'Use YYYY-MM-DD.')
  if (time <= Date.now()) throw new HardenError('usage', `${flag} ${text} is in the past.`, 'Give a day to come.')
  return text
}

function progressText({ cluster, assessment, progress, guides }: Ready): string {
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
    ...guides.map((g) => `  files for nodes: ${guideSentence(g)}`),
    ...progress.accepted.map((a) => `  accepted until ${a.expires}: ${a.check} (${safe(a.owner)}: ${safe(a.reason)})`),
    ...progress.attested.map((a) => `  attested until ${a.until}: ${a.check} (${safe(a.by)}: ${safe(a.evidence)})`),
  ].join('\n')}\n`
}

/** What was decided here, in the form that --decisions reads: to be kept in git or in a ConfigMap. */
function decisionsYaml({ progress: { accepted, attested } }: Ready): string {
  return stringify({ schemaVersion: 1, accepted, attested } satisfies Decisions)
}
