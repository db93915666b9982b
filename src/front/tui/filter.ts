/** Does every word of the query occur in the text? */
function hasWords(query: string, text: string): boolean {
  const lower = text.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word))
}

/** Do the query's letters occur in this order? */
function hasLetters(query: string, text: string): boolean {
  const letters = [...query.toLowerCase().replaceAll(/\s+/g, '')]
  let at = 0
  for (const c of text.toLowerCase()) if (c === letters[at]) at++
  return at >= letters.length
}

/** Rows that match: by words; where no row does, by letters in order (`netdeny` finds `network/default-deny`). */
export function matching<T>(rows: readonly T[], query: string, textOf: (row: T) => string): readonly T[] {
  const wanted = query.trim()
  if (wanted === '') return rows
  const byWords = rows.filter((row) => hasWords(wanted, textOf(row)))
  return byWords.length > 0 ? byWords : rows.filter((row) => hasLetters(wanted, textOf(row)))
}
