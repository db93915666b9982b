import type { Assessment } from '#model/assessment.ts'
import { toCsv } from '#report/csv.ts'
import { toHtml } from '#report/html/page.ts'
import { toJson } from '#report/json.ts'
import { toJunit } from '#report/junit.ts'
import { toMarkdown } from '#report/markdown.ts'
import { toOpenReports } from '#report/openreports.ts'
import { type Places, placesOf } from '#report/places.ts'
import { toSarif } from '#report/sarif/sarif.ts'
import { toTable } from '#report/table.ts'
import type { CliDeps } from './context.ts'

/** The formats of `audit -o`. */
export const REPORT_FORMATS = ['table', 'json', 'markdown', 'html', 'csv', 'sarif', 'junit', 'openreports'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

export function reportText(
  assessment: Assessment,
  format: ReportFormat,
  deps: Pick<CliDeps, 'version' | 'checks'>,
  places: Places,
): string {
  const { version, checks } = deps
  switch (format) {
    case 'json':
      return toJson(assessment, { version })
    case 'markdown':
      return toMarkdown(assessment)
    case 'html':
      return toHtml(assessment, { version })
    case 'csv':
      return toCsv(assessment)
    case 'sarif':
      return toSarif(assessment, { version, checks, places })
    case 'junit':
      return toJunit(assessment)
    case 'openreports':
      return toOpenReports(assessment)
    case 'table':
      return toTable(assessment)
  }
}

/** Files and lines of what was audited, where it was files that can be read again. */
export async function placesIn(assessment: Assessment, from: string | undefined, deps: Pick<CliDeps, 'locateManifests'>): Promise<Places> {
  if (assessment.source !== 'manifests' || from === undefined || from === '-') return new Map()
  return placesOf(await deps.locateManifests(from), process.cwd())
}
