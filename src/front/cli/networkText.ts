import type { Doubt, EnforcementState, PairAnswer, SideAnswer } from '#model/network.ts'
import { type ObjectRef, refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import type { Line } from '#report/previewText.ts'
import type { ConnectAnswer, MatrixAnswer } from '#session/network.ts'

const MOST_PAIRS = 20
const MOST_COLUMNS = 40

/** Whether it connects, and which policies decide. */
export function connectLines(answer: ConnectAnswer): Line[] {
  const { from, to, verdict, pairs } = answer
  const tone = verdict === 'allowed' ? 'add' : verdict === 'denied' ? 'danger' : 'warn'
  return [
    { tone, text: `${safe(from)} -> ${safe(to)}: ${verdict}` },
    ...pairs.slice(0, MOST_PAIRS).flatMap(pairLines),
    ...(pairs.length > MOST_PAIRS ? [{ tone: 'note', text: `  and ${pairs.length - MOST_PAIRS} more pairs` } as const] : []),
    ...enforcementLines(answer.enforcement),
  ]
}

function pairLines({ from, to, port, verdict, always, egress, ingress }: PairAnswer): Line[] {
  const head: Line = { tone: 'plain', text: `  ${safe(from)} -> ${safe(to)}:${port} ${verdict}` }
  if (always === 'self') return [head, { tone: 'note', text: '    a pod always reaches itself' }]
  const out: Line = { tone: 'note', text: `    egress: ${sideWords(egress)}` }
  if (always === 'own-node') return [head, out, { tone: 'note', text: '    ingress: a node always reaches its own pods' }]
  return [head, out, { tone: 'note', text: `    ingress: ${sideWords(ingress)}` }]
}

function sideWords({ verdict, isolatedBy, allowedBy, doubts }: SideAnswer): string {
  const why = doubts.length === 0 ? '' : ` (${doubts.map(doubtWords).join('; ')})`
  if (isolatedBy.length === 0) return `${verdict === 'allowed' ? 'no policy limits it' : verdict}${why}`
  const decides =
    verdict === 'denied' ? `denied by ${names(isolatedBy)}` : `${verdict} by ${names(allowedBy.length > 0 ? allowedBy : isolatedBy)}`
  return `${decides}${why}`
}

function doubtWords(doubt: Doubt): string {
  if (doubt.kind === 'foreign') return `${safe(refLabel(doubt.policy))} may say otherwise`
  if (doubt.kind === 'unseen') return `policies of namespace ${safe(doubt.namespace)} could not all be read`
  return 'networks differ here, or an address or label is not known'
}

export function names(refs: readonly ObjectRef[]): string {
  return refs.length === 0 ? 'no policy' : refs.map((ref) => safe(refLabel(ref))).join(', ')
}

/** What is said holds where policies are carried out. */
export function enforcementLines({ state, by }: { readonly state: EnforcementState; readonly by?: string }): Line[] {
  if (state === 'enforced') return []
  if (state === 'inert')
    return [{ tone: 'warn', text: `${by} does not carry out network policies: today everything connects, whatever they say.` }]
  return [{ tone: 'warn', text: 'It could not be seen whether the network carries out policies.' }]
}

const SIGNS = { allowed: 'x', denied: '.', unknown: '?' } as const

/** The matrix as a grid where it fits, and its sums. */
export function matrixLines({ pods, port, verdict, summary, enforcement }: MatrixAnswer): Line[] {
  const { pairs, allowed, denied, unknown } = summary
  const width = String(pods.length).length + 1
  const grid = pods.map((pod, i) => {
    const cells = pods.map((_, j) => SIGNS[verdict(i, j)].padStart(width)).join('')
    return `${String(i + 1).padStart(width)} ${cells}  ${safe(pod)}`
  })
  const head = `${' '.repeat(width + 1)}${pods.map((_, j) => String(j + 1).padStart(width)).join('')}`
  return [
    { tone: 'title', text: `Port ${port}: ${pods.length} pods, ${pairs} pairs: ${allowed} allowed, ${denied} denied, ${unknown} unknown` },
    ...(pods.length <= MOST_COLUMNS
      ? [
          { tone: 'note', text: 'Row connects to column: x allowed, . denied, ? unknown' } as const,
          ...[head, ...grid].map((text) => ({ tone: 'plain', text }) as const),
        ]
      : [{ tone: 'note', text: '-o json prints the whole matrix.' } as const]),
    ...enforcementLines(enforcement),
  ]
}

/** The matrix as JSON, a row a line: whole rows of booleans would not fit into one text where there are many pods. */
export function* matrixJson({ pods, port, verdict, summary, enforcement }: MatrixAnswer): Iterable<string> {
  const rest = JSON.stringify({ port, enforcement, summary, pods })
  yield `${rest.slice(0, -1)},\n"allowed":[`
  const doubtful: string[] = []
  for (let i = 0; i < pods.length; i += 1) {
    const row = pods.map((_, j) => {
      const said = verdict(i, j)
      if (said === 'unknown') doubtful.push(`[${i},${j}]`)
      return said === 'allowed'
    })
    yield `${i === 0 ? '' : ','}\n${JSON.stringify(row)}`
  }
  yield `\n],\n"unknown":[${doubtful.join(',')}]}\n`
}
