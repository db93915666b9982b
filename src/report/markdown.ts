import { AREA_TITLES, AREAS } from '#model/areas.ts'
import type { Assessment } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { countWords, gapSentence, objectName, percent, STATUS_WORDS, sentence } from './words.ts'

/** Names come from strangers: nothing in them may become a link, an image, HTML or a table cell's end. */
export function md(text: string): string {
  return safe(text).replace(/[\\`*_{}[\]<>()#+!|~&]/g, (c) => (c === '<' ? '&lt;' : c === '>' ? '&gt;' : c === '&' ? '&amp;' : `\\${c}`))
}

export function toMarkdown(assessment: Assessment): string {
  const { cluster, overall } = assessment
  const lines = [
    `# Hardening report: ${md(cluster.name)}`,
    '',
    `${assessment.at} · Kubernetes ${md(cluster.version ?? 'unknown version')} · ${cluster.distribution} · source: ${assessment.source}`,
    '',
    `**Score ${percent(overall.score)}**, coverage ${percent(overall.coverage)}.`,
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
        const note = f.note === undefined ? '' : ` (by ${md(f.note.by)} until ${md(f.note.until)}: ${md(f.note.reason)})`
        lines.push(`- ${f.status}: ${md(objectName(f))}: ${md(sentence(c, f))}${note}`)
      }
    }
  }
  if (assessment.gaps.length > 0) {
    lines.push('', '## Could not be seen', '')
    for (const gap of assessment.gaps) lines.push(`- ${md(gapSentence(gap))}`)
  }
  return `${lines.join('\n')}\n`
}
