import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { HardenError } from '#model/errors.ts'
import { compareReports } from '#report/compare/compare.ts'
import { comparisonMarkdown, comparisonTable } from '#report/compare/text.ts'
import { toReport } from '#report/json.ts'
import { type Report, reportSchema } from '#report/schema.ts'
import { auditOnce } from '#session/headless.ts'
import { type Ctx, type Globals, oneOf } from '../context.ts'
import { emit, json } from '../emit.ts'
import { readStdin } from '../io.ts'

const FORMATS = ['table', 'json', 'markdown'] as const

export function compare(program: Command, ctx: Ctx): void {
  program
    .command('compare')
    .description('what changed between two reports or snapshots; exit 1 where something is worse')
    .argument('<before>', 'a report (audit -o json), a snapshot, or manifests; - for a report on standard input')
    .argument('<after>', 'the same')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .action(async (before: string, after: string, _options, command: Command) => {
      const flags = command.optsWithGlobals() as Globals
      const format = oneOf('-o', flags.output ?? 'table', FORMATS)
      if (before === '-' && after === '-')
        throw new HardenError('usage', 'Standard input holds one report only.', 'Give a file for one of them.')
      const comparison = compareReports(await sideAt(before, flags, ctx), await sideAt(after, flags, ctx))
      const text =
        format === 'json' ? json(comparison) : format === 'markdown' ? comparisonMarkdown(comparison) : comparisonTable(comparison)
      await emit(ctx.io, text, flags.out)
      ctx.exit(comparison.regressions === 0 ? 0 : 1)
    })
}

/** A report as it is; anything else is read as `--from` reads it and judged by the checks of today. */
async function sideAt(path: string, flags: Globals, ctx: Ctx): Promise<Report> {
  const text = path === '-' ? await readStdin(ctx.io) : await textAt(path)
  const value = text === undefined ? undefined : reportIn(text)
  if (value !== undefined) return parsed(value, path)
  if (path === '-') throw new HardenError('input', 'Standard input holds no report.', 'Give what `kubeharden audit -o json` prints.')
  const { state, assessment } = await auditOnce(ctx.deps.session(flags, { readOnly: true }), { kind: 'from', path }, ctx.deps.checks, {
    signal: ctx.io.signal,
  })
  return toReport({ ...assessment, at: state.takenAt }, { version: ctx.deps.version })
}

/** Undefined for a folder; what cannot be read is told by the door that reads it next. */
async function textAt(path: string): Promise<string | undefined> {
  const info = await stat(path).catch(() => undefined)
  return info?.isFile() === true ? await readFile(path, 'utf8').catch(() => undefined) : undefined
}

/** The value of a text that looks like a report: JSON with checks. */
function reportIn(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'checks' in value && 'score' in value ? value : undefined
  } catch {
    return undefined
  }
}

function parsed(value: unknown, path: string): Report {
  const result = reportSchema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.slice(0, 5).map((i) => `${path}: ${i.path.join('.')}: ${i.message}`)
  throw new HardenError('input', lines.join('\n'), 'Make the report again: kubeharden audit -o json.')
}
