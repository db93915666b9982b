import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { columns } from '../columns.ts'
import { md } from '../markdown.ts'
import { percent } from '../words.ts'
import type { Change, Comparison, Side } from './compare.ts'

const GROUPS = [
  ['new', 'New'],
  ['changed', 'Changed'],
  ['fixed', 'Fixed'],
  ['stillOpen', 'Still open'],
] as const

/** The comparison for a terminal. */
export function comparisonTable(comparison: Comparison): string {
  const lines = [...heads(comparison).map(safe)]
  for (const [group, title] of GROUPS) {
    const changes = comparison[group]
    if (changes.length === 0) continue
    const rows = changes.map((c) => [c.worse ? 'worse' : '', c.after.severity, c.check, objectOf(c), statusesOf(c), wordsOf(c)].map(safe))
    lines.push('', `${title}:`, ...columns(rows.map((row) => ['', ...row])))
  }
  lines.push(...notesOf(comparison).map((note) => `\n${safe(note)}`))
  return `${lines.join('\n')}\n`
}

export function comparisonMarkdown(comparison: Comparison): string {
  const [what = '', ...rest] = heads(comparison)
  const lines = [`# ${md(what)}`, '', ...rest.flatMap((line) => [md(line), ''])]
  for (const [group, title] of GROUPS) {
    const changes = comparison[group]
    if (changes.length === 0) continue
    lines.push(`## ${title}`, '', '| Severity | Check | Object | Before | After | |', '|---|---|---|---|---|---|')
    for (const c of changes)
      lines.push(`| ${c.after.severity} | ${c.check} | ${md(objectOf(c))} | ${c.before.status} | ${c.after.status} | ${md(wordsOf(c))} |`)
    lines.push('')
  }
  lines.push(...notesOf(comparison).map((note) => `${md(note)}\n`))
  return `${lines.join('\n').trimEnd()}\n`
}

function heads({ before, after, fixed, new: fresh, changed, stillOpen, regressions }: Comparison): readonly string[] {
  const side = ({ generatedAt, cluster }: Side) => `${cluster.name} of ${generatedAt}`
  const score = ({ score: s, coverage }: Side) => `score ${percent(s ?? undefined)}, coverage ${percent(coverage)}`
  return [
    `${side(before)} and ${side(after)}`,
    `Before: ${score(before)}. After: ${score(after)}.`,
    `${fixed.length} fixed, ${fresh.length} new, ${changed.length} changed, ${stillOpen.length} still open; ${regressions} worse than before.`,
  ]
}

function notesOf({ before, after, onlyBefore, onlyAfter }: Comparison): readonly string[] {
  const notes: string[] = []
  const { uid: a } = before.cluster
  const { uid: b } = after.cluster
  if (a !== undefined && b !== undefined && a !== b) notes.push('These are two different clusters.')
  if (onlyBefore.length > 0) notes.push(`Not compared, because only the first has them: ${onlyBefore.join(', ')}.`)
  if (onlyAfter.length > 0) notes.push(`Not compared, because only the second has them: ${onlyAfter.join(', ')}.`)
  return notes
}

function objectOf({ object, before, after }: Change): string {
  const path = after.path ?? before.path
  return `${refLabel(object)}${path === undefined ? '' : ` ${path}`}`
}

function statusesOf({ before, after }: Change): string {
  return before.status === after.status ? after.status : `${before.status} -> ${after.status}`
}

/** What is said of it now; of what is gone or not seen, what was said before. */
function wordsOf({ before, after }: Change): string {
  return (after.messages.length > 0 ? after.messages : before.messages).join('; ')
}
