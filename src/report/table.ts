import stringWidth from 'string-width'
import { AREA_TITLES, AREAS } from '#model/areas.ts'
import type { Assessment, CheckResult } from '#model/assessment.ts'
import { safe, say } from '#model/text.ts'
import { countWords, gapSentence, noteWords, objectName, percent, STATUS_WORDS, sentence } from './words.ts'

/** The assessment for a terminal: checks by area, failing objects under each, then what could not be seen. */
export function toTable(assessment: Assessment): string {
  const { cluster, overall } = assessment
  const lines = [
    `Cluster ${safe(cluster.name)}${cluster.version === undefined ? '' : `, Kubernetes ${safe(cluster.version)}`}${cluster.distribution === 'unknown' ? '' : `, ${cluster.distribution}`}`,
    assessment.source === 'practice' ? 'PRACTICE CLUSTER: nothing here is real.' : '',
    `Score ${percent(overall.score)}, coverage ${percent(overall.coverage)}: ${totals(assessment)}`,
  ].filter((line) => line !== '')
  for (const area of AREAS) {
    const checks = assessment.checks.filter((c) => c.area === area)
    if (checks.length === 0) continue
    lines.push('', `${say(AREA_TITLES[area])}: score ${percent(assessment.areas[area]?.score)}`)
    for (const check of checks) lines.push(...checkLines(check))
  }
  if (assessment.gaps.length > 0) {
    lines.push('', 'Could not be seen:')
    for (const gap of assessment.gaps) lines.push(`  ${gapSentence(gap)}`)
    if (assessment.gaps.some((gap) => gap.needs !== undefined))
      lines.push('  `kubeharden permissions` prints the rules that make these visible.')
  }
  return `${lines.join('\n')}\n`
}

function totals(assessment: Assessment): string {
  return Object.entries(assessment.overall.totals)
    .filter(([, n]) => n > 0)
    .map(([status, n]) => `${n} ${status}`)
    .join(', ')
}

const MOST_OBJECTS = 10

function checkLines(check: CheckResult): string[] {
  const open = check.findings.filter((f) => f.status === 'fail' || f.status === 'manual' || f.status === 'unknown')
  return [
    `  ${pad(STATUS_WORDS[check.status], 9)}${pad(check.severity, 9)}${pad(check.id, 36)} ${countWords(check)}`,
    ...open
      .slice(0, MOST_OBJECTS)
      .map((f) => `             ${objectName(f)}: ${sentence(check, f)}${f.note === undefined ? '' : ` (${safe(noteWords(f.note))})`}`),
    ...(open.length > MOST_OBJECTS ? [`             and ${open.length - MOST_OBJECTS} more (-o json shows all)`] : []),
  ]
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(1, width - stringWidth(text)))
}
