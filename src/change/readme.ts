import type { Preview, Step } from '#model/change.ts'
import { safe, say } from '#model/text.ts'
import type { OutFile } from './files.ts'
import type { Guide } from './guide.ts'

/** Names come from strangers: escaped for Markdown. */
export function word(text: string): string {
  return safe(text).replace(/[\\`*_{}[\]<>|#]/g, (c) => `\\${c}`)
}

/** A numbered list. Items of several blocks stand apart by blank lines, and what belongs to an item is indented under it. */
export function numbered(items: readonly string[]): string {
  const apart = items.some((item) => item.includes('\n'))
  return items.map((item, i) => indented(`${i + 1}. `, item)).join(apart ? '\n\n' : '\n')
}

function indented(marker: string, item: string): string {
  const [first = '', ...rest] = item.split('\n')
  const indent = ' '.repeat(marker.length)
  return [`${marker}${first}`, ...rest.map((line) => (line === '' ? '' : `${indent}${line}`))].join('\n')
}

/** Each step as blocks with a blank line between them: what to do, why, and the commands. */
export function stepLines(steps: readonly Step[]): string[] {
  return steps.map(({ title, explain, commands = [] }) => {
    const why = explain === undefined ? [] : [say(explain)]
    const shell = commands.length === 0 ? [] : [`\`\`\`sh\n${commands.join('\n')}\n\`\`\``]
    return [say(title), ...why, ...shell].join('\n\n')
  })
}

/** A heading with its text; nothing at all where there is no text. */
export function section(title: string, text: string): string[] {
  return text === '' ? [] : [`## ${title}\n\n${text}`]
}

/** What a change costs, as sections: empty where it costs nothing. */
export function costs({ impacts, reversible }: Preview): string[] {
  const lines = impacts.map((impact) => `- ${impact.level}: ${word(say(impact.text, 'en', impact.params))}`)
  return [
    ...(lines.length === 0 ? [] : [`## What it changes for others\n\n${lines.join('\n')}`]),
    ...(reversible === true ? [] : [`## What does not come back\n\n${say(reversible)}`]),
  ]
}

/**
 * The README.md beside the files of guided changes that were applied: the way back first, then the steps. None where a
 * guide brings its own.
 */
export function guideReadme(preview: Preview, guides: readonly Guide[]): readonly OutFile[] {
  if (guides.length === 0 || guides.some((g) => g.files.some((f) => f.path === 'README.md'))) return []
  const sections = [
    `# ${word(preview.wizard)} for ${word(preview.cluster.name)}\n\nWritten by kubeharden. What follows is to be done on the nodes, by hand.`,
    ...costs(preview),
    ...section('Way back', numbered(guides.flatMap((g) => stepLines(g.rollback)))),
    ...section('Steps', numbered(guides.flatMap((g) => stepLines(g.steps)))),
  ]
  return [{ path: 'README.md', mode: 0o644, text: `${sections.join('\n\n')}\n` }]
}
