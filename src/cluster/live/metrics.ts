/** One line of the Prometheus text format: a name, its labels and its value. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/**
 * Reads one sample line; undefined for comments, blank lines and what is none. A timestamp behind the value is ignored.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function parseSample(line: string): Sample | undefined {
  const head = /^([a-zA-Z_:][\w:]*)\s*(\{)?/.exec(line)
  if (head === null) return undefined
  const labels: [string, string][] = []
  let at = head[0].length
  if (head[2] !== undefined) {
    const label = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,)?/y
    for (label.lastIndex = at; ; at = label.lastIndex) {
      const match = label.exec(line)
      if (match === null) break
      labels.push([match[1] ?? '', unescaped(match[2] ?? '')])
    }
    const end = /\s*\}/y
    end.lastIndex = at
    if (!end.test(line)) return undefined
    at = end.lastIndex
  }
  const value = /^\s*(\S+)(?:\s+-?\d+)?\s*$/.exec(line.slice(at))
  if (value === null) return undefined
  const number = toNumber(value[1] ?? '')
  return number === undefined ? undefined : { name: head[1] ?? '', labels: Object.fromEntries(labels), value: number }
}

const unescaped = (text: string) => text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))

function toNumber(text: string): number | undefined {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^NaN$/i.test(text)) return Number.NaN
  return text !== '' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}
