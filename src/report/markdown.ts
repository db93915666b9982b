import { AREA_TITLES, AREAS } from '#model/areas.ts'
import type { Assessment } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { CATEGORY_TITLES, type Category } from './categories.ts'
import { type Inspection, type InspectionRow, inspect, type Share } from './inspection/model.ts'
import { countWords, gapSentence, noteWords, objectName, percent, STATUS_WORDS, sentence } from './words.ts'

/** Names come from strangers: nothing in them may become a link, an image, HTML or a table cell's end. */
export function md(text: string): string {
  return safe(text).replace(/[\\`*_{}[\]<>()#+!|~&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`))
}

export function toMarkdown(assessment: Assessment): string {
  const { cluster, overall } = assessment
  const inspection = inspect(assessment)
  const lines = [
    `# Hardening report: ${md(cluster.name)}`,
    '',
    `${assessment.at} · Kubernetes ${md(cluster.version ?? 'unknown version')} · ${cluster.distribution} · source: ${assessment.source}`,
    '',
    `**Score ${percent(overall.score)}**, coverage ${percent(overall.coverage)}.`,
    ...summary(inspection),
  ]
  for (const area of AREAS) {
    const checks = assessment.checks.filter((c) => c.area === area)
    if (checks.length === 0) continue
    lines.push('', `## ${say(AREA_TITLES[area])}`, '', '| Status | Severity | Check | Title | Objects |', '|---|---|---|---|---|')
    for (const c of checks) lines.push(`| ${STATUS_WORDS[c.status]} | ${c.severity} | ${c.id} | ${md(say(c.title))} | ${countWords(c)} |`)
    for (const c of checks) {
      const open = c.findings.filter((f) => f.status !== 'pass' && f.status !== 'not-applicable')
      if (open.length === 0) continue
      lines.push('', `### ${c.id}`, '')
      for (const f of open) {
        const note = f.note === undefined ? '' : ` (${md(noteWords(f.note))})`
        lines.push(`- ${f.status}: ${md(objectName(f))}: ${md(sentence(c, f))}${note}`)
      }
    }
  }
  if (assessment.gaps.length > 0) {
    lines.push('', '## Could not be seen', '')
    for (const gap of assessment.gaps) lines.push(`- ${md(gapSentence(gap))}`)
  }
  lines.push('', '## Every object looked at', '', ...rowLines(inspection.rows))
  return `${lines.join('\n')}\n`
}

/** What an inspection is summed up in: shares, open items, and what people took on. */
function summary({ categories, kinds, severities, accepted, attested, known }: Inspection): readonly string[] {
  return [
    ...shareLines(
      'Category',
      categories.map((s) => ({ ...s, name: CATEGORY_TITLES[s.name as Category] })),
    ),
    ...shareLines('Kind', kinds),
    '',
    '| Open items | Fail | Unknown | Manual |',
    '|---|---:|---:|---:|',
    ...severities.map((s) => `| ${s.severity} | ${s.fail} | ${s.unknown} | ${s.manual} |`),
    ...taken(accepted, attested, known),
  ]
}

function taken(accepted: Inspection['accepted'], attested: Inspection['attested'], known: Inspection['known']): readonly string[] {
  const needs = known.reduce((sum, k) => sum + k.items, 0)
  const words = [
    ...(accepted.length === 0 ? [] : [`${accepted.length} accepted risks`]),
    ...(attested.length === 0 ? [] : [`${attested.length} attested items`]),
    ...(needs === 0 ? [] : [`${needs} known needs of system components`]),
  ]
  return words.length === 0 ? [] : ['', `Beside them: ${words.join(', ')}.`]
}

function shareLines(title: string, shares: readonly Share[]): readonly string[] {
  return [
    '',
    `| ${title} | Pass | Fail | Undecided | Share passed |`,
    '|---|---:|---:|---:|---:|',
    ...shares.map((s) => `| ${md(s.name)} | ${s.passed} | ${s.failed} | ${s.undecided} | ${percent(s.share)} |`),
  ]
}

function rowLines(rows: readonly InspectionRow[]): readonly string[] {
  return [
    '| Kind | Name | Namespace | Check | Item | Result |',
    '|---|---|---|---|---|---|',
    ...rows.map((r) => `| ${[r.kind, r.name, r.namespace].map(md).join(' | ')} | ${r.check} | ${md(r.item)} | ${STATUS_WORDS[r.result]} |`),
  ]
}
