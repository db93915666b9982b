import type { Command } from 'commander'
import { AREAS, SEVERITIES } from '#model/areas.ts'
import type { Assessment } from '#model/assessment.ts'
import { HardenError } from '#model/errors.ts'
import { auditOnce } from '#session/headless.ts'
import { readScans } from '#session/scans.ts'
import { type Ctx, type Globals, oneOf, targetOf } from '../context.ts'
import { emit } from '../emit.ts'
import { placesIn, REPORT_FORMATS, reportText } from '../reports.ts'
import { trustedOf } from '../settings.ts'

export function audit(program: Command, ctx: Ctx): void {
  program
    .command('audit')
    .description('evaluate the checklist')
    .option('-o, --output <format>', REPORT_FORMATS.join(', '), 'table')
    .option('--out <file>', 'write to a file')
    .option('--area <area...>', 'only these areas')
    .option('--check <id...>', 'only these checks')
    .option('--fail-on <severity>', 'exit 1 where a check of this severity or above fails')
    .option('--scan <file...>', 'what Trivy or Grype found in images, in JSON')
    .option('--trusted-registries <list>', 'where images may come from, comma-separated; in place of what config says')
    .option('--min-coverage <percent>', 'exit 1 where less than this share could be decided')
    .action(async (_options, command: Command) => {
      const flags = command.optsWithGlobals() as Globals & AuditFlags
      const format = oneOf('-o', flags.output ?? 'table', REPORT_FORMATS)
      const failOn = flags.failOn === undefined ? undefined : oneOf('--fail-on', flags.failOn, SEVERITIES)
      const minCoverage = flags.minCoverage === undefined ? undefined : percentOf(flags.minCoverage)
      const { assessment } = await auditOnce(ctx.deps.session(flags, { readOnly: true }), targetOf(flags), chosen(ctx, flags), {
        signal: ctx.io.signal,
        scans: await readScans(flags.scan ?? []),
        ...(flags.trustedRegistries === undefined ? {} : { settings: { trustedRegistries: trustedOf(flags.trustedRegistries) } }),
      })
      // Only SARIF names files.
      const places = format === 'sarif' ? await placesIn(assessment, flags.from, ctx.deps) : new Map()
      await emit(ctx.io, reportText(assessment, format, ctx.deps, places), flags.out)
      ctx.exit(verdict(assessment, failOn, minCoverage, ctx) ? 0 : 1)
    })
}

interface AuditFlags {
  readonly area?: readonly string[]
  readonly check?: readonly string[]
  readonly failOn?: string
  readonly minCoverage?: string
  readonly scan?: readonly string[]
  readonly trustedRegistries?: string
}

function chosen(ctx: Ctx, flags: AuditFlags) {
  // Areas that have no check yet are no help to choose from.
  const known = AREAS.filter((area) => ctx.deps.checks.some((c) => c.area === area))
  const areas = flags.area?.map((a) => oneOf('--area', a, known))
  const ids = ctx.deps.checks.map((c) => c.id)
  const wanted = flags.check?.map((c) => oneOf('--check', c, ids))
  const checks = ctx.deps.checks.filter((c) => (areas?.includes(c.area) ?? true) && (wanted?.includes(c.id) ?? true))
  if (checks.length > 0) return checks
  throw new HardenError('usage', 'No check is in what --area and --check name together.', 'kubeharden explain lists the checks.')
}

function percentOf(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 100) return value
  throw new HardenError('usage', `--min-coverage ${text} is not a percentage.`, 'Give a number from 0 to 100.')
}

function verdict(
  assessment: Assessment,
  failOn: (typeof SEVERITIES)[number] | undefined,
  minCoverage: number | undefined,
  ctx: Ctx,
): boolean {
  const worst = failOn === undefined ? -1 : SEVERITIES.indexOf(failOn)
  const failing = assessment.checks.filter((c) => c.status === 'fail' && SEVERITIES.indexOf(c.severity) <= worst)
  if (failing.length > 0) ctx.io.err(`${failing.length} checks of severity ${failOn} or above fail.\n`)
  const coverage = assessment.overall.coverage
  const thin = minCoverage !== undefined && coverage < minCoverage
  if (thin) ctx.io.err(`Coverage is ${coverage} %, less than ${minCoverage} %.\n`)
  return failing.length === 0 && !thin
}
