/** The `sh` blocks of a section of a runbook, in their order, as a hand would type them. */
export function blocksOf(markdown: string, section: string): string[] {
  const text = markdown.split(/^## /m).find((part) => part.startsWith(section)) ?? ''
  return [...text.matchAll(/^( *)```sh\n([\s\S]*?)^\1```$/gm)].map(([, indent = '', lines = '']) =>
    lines
      .split('\n')
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join('\n'),
  )
}
