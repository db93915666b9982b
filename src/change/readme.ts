import type { Preview, Step } from '#model/change.ts'
import { safe, say } from '#model/text.ts'
import type { OutFile } from './files.ts'
import type { Guide } from './guide.ts'

/** Names come from strangers: escaped for Markdown. */
export function word(text: string): string {
  return safe(text).replace(/[\\`*_{}[\]<>|#]/g, (c) => `\\${c}`)
}

export function numbered(lines: readonly string[]): string {
  return lines.map((line, i) => `${i + 1}. ${line}`).join('\n')
}

export function stepLines(steps: readonly Step[]): string[] {
  return steps.map((step) =>
    [say(step.title), step.explain === undefined ? '' : `\n   ${say(step.explain)}`, commands(step.commands)].join(''),
  )
}

function commands(lines: readonly string[] | undefined): string {
  return lines === undefined || lines.length === 0 ? '' : `\n\n   \`\`\`sh\n${lines.map((line) => `   ${line}`).join('\n')}\n   \`\`\`\n`
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
    `## Way back\n\n${numbered(guides.flatMap((g) => stepLines(g.rollback)))}`,
    `## Steps\n\n${numbered(guides.flatMap((g) => stepLines(g.steps)))}`,
  ]
  return [{ path: 'README.md', mode: 0o644, text: `${sections.join('\n\n')}\n` }]
}
