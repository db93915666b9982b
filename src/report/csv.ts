import type { Assessment } from '#model/assessment.ts'
import { safe } from '#model/text.ts'
import { categoryOf } from './categories.ts'
import { gapSentence, sentence } from './words.ts'

/** A cell by RFC 4180; a leading character that a spreadsheet would run as a formula is defused with an apostrophe. */
export function cell(value: string): string {
  const text = safe(value)
  const defused = /^[=+\-@]/.test(text) ? `'${text}` : text
  return `"${defused.replaceAll('"', '""')}"`
}

const COLUMNS = ['check', 'area', 'severity', 'status', 'kind', 'namespace', 'name', 'path', 'saw', 'message', 'category'] as const

/** One row for each finding and one for each gap of a check. */
export function toCsv(assessment: Assessment): string {
  const rows = assessment.checks.flatMap((check) => [
    ...check.findings.map((f) => [
      check.id,
      check.area,
      check.severity,
      f.status,
      f.object.kind,
      f.object.namespace ?? '',
      f.object.name,
      f.path ?? '',
      f.saw ?? '',
      sentence(check, f),
      categoryOf(check),
    ]),
    ...check.gaps.map((g) => [
      check.id,
      check.area,
      check.severity,
      'unknown',
      g.kind,
      g.namespace ?? '',
      '',
      '',
      '',
      gapSentence(g),
      categoryOf(check),
    ]),
  ])
  return [COLUMNS.join(','), ...rows.map((row) => row.map(cell).join(','))].join('\r\n').concat('\r\n')
}
