/** Warning: 299 - "text \"quoted\", with commas", 299 … (RFC 7234 section 5.5): the texts. A header may come once or several times. */
export function parseWarnings(header: string | readonly string[] | undefined): string[] {
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header
  return values.flatMap((value) =>
    [...value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replace(/\\(.)/g, '$1')),
  )
}
