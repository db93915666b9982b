import { FLOW_REASONS, type FlowAnswer, type FlowReason, type NetworkImpact } from '#model/network.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import type { Line } from '#report/previewText.ts'
import { enforcementLines, names } from './networkText.ts'

const MOST = 30

const WHY: { readonly [R in FlowReason]: string } = {
  service: 'a Service that somebody reaches',
  published: 'a published port',
  ingress: 'an Ingress',
  client: 'a client names it',
  dns: 'names',
  api: 'the API',
  webhook: 'an admission webhook',
  scrape: 'metrics',
  probe: 'a probe',
  imported: 'your list',
}

/** What new policies cut, each flow with the policy that cuts it. */
export function impactLines({ enforcement, added, flows, lost, doubtful, denied, unmatched }: NetworkImpact): Line[] {
  const total = FLOW_REASONS.reduce((sum, r) => sum + flows[r], 0)
  const counts = FLOW_REASONS.filter((r) => flows[r] > 0).map((r) => `${flows[r]} ${r}`)
  return [
    { tone: 'title', text: `${total} flows should exist${counts.length === 0 ? '' : `: ${counts.join(', ')}`}` },
    ...(added.length === 0 ? [] : [{ tone: 'plain', text: `With ${names(added)}:` } as const]),
    ...section('lost', 'danger', lost),
    ...section('perhaps lost', 'warn', doubtful),
    ...(lost.length + doubtful.length === 0 && added.length > 0 ? [{ tone: 'plain', text: '  none of them is lost' } as const] : []),
    ...section('denied today already', 'note', denied),
    ...unmatched.slice(0, MOST).map((text): Line => ({ tone: 'note', text: `  not found any more: ${safe(text)}` })),
    ...(unmatched.length > MOST ? [{ tone: 'note', text: `  and ${unmatched.length - MOST} more that are not found` } as const] : []),
    ...enforcementLines(enforcement),
  ]
}

function section(word: string, tone: Line['tone'], flows: readonly FlowAnswer[]): Line[] {
  return [
    ...flows.slice(0, MOST).map(({ reason, from, to, port, because, cutBy }): Line => {
      const why = because === undefined ? WHY[reason] : `${WHY[reason]}, ${safe(refLabel(because))}`
      const by = cutBy.length === 0 ? '' : `; cut by ${names(cutBy)}`
      return { tone, text: `  ${word}: ${safe(from)} -> ${safe(to)}${to.includes(':') ? '' : `:${port}`} (${why})${by}` }
    }),
    ...(flows.length > MOST ? [{ tone: 'note', text: `  ${word}: and ${flows.length - MOST} more; -o json has all` } as const] : []),
  ]
}
