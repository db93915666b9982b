/**
 * Help on a question with options, written `one: what it does. other: what that does.`: what it says of the option that is
 * chosen stands first, so that it is read whole where there is little room. Other helps are all `rest`.
 */
export function helpFor(
  help: string,
  options: readonly string[],
  chosen: string | undefined,
): { readonly first: string; readonly rest: string } {
  const starts = options
    .flatMap((option) => {
      const at = startOf(help, option)
      return at === undefined ? [] : [{ option, at }]
    })
    .toSorted((a, b) => a.at - b.at)
  const index = starts.findIndex((s) => s.option === chosen)
  const from = starts[index]?.at
  if (from === undefined) return { first: '', rest: help }
  const to = starts[index + 1]?.at ?? help.length
  return { first: help.slice(from, to).trim().replace(/;$/, '.'), rest: `${help.slice(0, from)}${help.slice(to)}`.trim() }
}

/** Where the words on an option begin: at the start, or after a sentence (or part of one). */
function startOf(help: string, option: string): number | undefined {
  const words = `${option}: `
  for (let at = help.indexOf(words); at >= 0; at = help.indexOf(words, at + 1)) if (at === 0 || /[.;] $/.test(help.slice(0, at))) return at
  return undefined
}
