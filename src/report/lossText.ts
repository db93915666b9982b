import {
  type CapacityLoss,
  type Comeback,
  type Fate,
  isStuck,
  type Loss,
  type LossEvent,
  type LossPreview,
  type LostPod,
  type PullLoss,
  RESERVE,
  type WorkloadLoss,
} from '#model/loss.ts'
import { refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import { columns } from './columns.ts'
import type { Line } from './previewText.ts'
import { gapSentence } from './words.ts'

/** Workloads of one loss, and pods of one workload, that are shown. */
const MOST = 40
const MOST_PODS = 5

const plain = (text: string): Line => ({ tone: 'plain', text })

/** What would be left after each loss: a table of all, then what breaks. */
export function lossLines({ losses, notes, gaps }: LossPreview): readonly Line[] {
  const broken = losses.filter((l) => l.breaks)
  const [only] = losses
  return [
    ...(losses.length === 1 && only !== undefined ? [] : [...summary(losses), plain('')]),
    ...(losses.length === 1 ? losses : broken).flatMap(detail),
    ...notes.map((text): Line => ({ tone: 'note', text: safe(text) })),
    ...(gaps.length === 0 ? [] : [{ tone: 'warn', text: 'Could not be seen:' } as const]),
    ...gaps.map((gap): Line => ({ tone: 'warn', text: `  ${gapSentence(gap)}` })),
  ]
}

function summary(losses: readonly Loss[]): Line[] {
  const broken = losses.filter((l) => l.breaks).length
  const head = ['LOST', 'DOWN', 'BELOW BUDGET', 'NO PLACE', 'GONE', 'UNKNOWN', 'CPU AFTER', 'MEMORY AFTER', 'IMAGES']
  const rows = losses.map((loss) => [
    eventWords(loss.event),
    ...[down(loss), loss.workloads.filter((w) => w.verdict === 'below-budget').length].map(String),
    ...[count(loss, ['waits', 'crowded']), count(loss, ['gone']), count(loss, ['unknown'])].map(String),
    ...(['cpu', 'memory'] as const).map((r) => percentOf(loss.capacity.find((c) => c.resource === r)?.after.share)),
    loss.event.registries.length === 0 ? '-' : `${loss.pulls.filter(isStuck).length} of ${loss.pulls.length} stuck`,
  ])
  const title = `${broken} of ${losses.length} losses break something; each stands for itself`
  return [
    { tone: 'title', text: title },
    ...columns([head, ...rows]).map(
      (text, i): Line => ({ tone: i === 0 ? 'title' : losses[i - 1]?.breaks === true ? 'warn' : 'plain', text }),
    ),
  ]
}

function down({ workloads, controlPlane }: Loss): number {
  return workloads.filter((w) => w.verdict === 'down').length + controlPlane.filter((c) => c.down).length
}

function count({ workloads }: Loss, kinds: readonly Fate['kind'][]): number {
  return workloads.flatMap((w) => w.pods).filter((p) => kinds.includes(p.fate.kind)).length
}

function percentOf(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.round(share * 100)} %`
}

function eventWords({ nodes, zones, registries }: LossEvent): string {
  const parts = [
    ...zones.map((zone) => `zone ${safe(zone)}`),
    ...(zones.length === 0 ? nodes.map((node) => `node ${safe(node)}`) : nodes.length === 0 ? [] : [`(${nodes.length} nodes)`]),
    ...registries.map((registry) => `registry ${safe(registry)}`),
  ]
  return parts.join(' ')
}

function detail(loss: Loss): Line[] {
  const worst = loss.workloads.toSorted((a, b) => rank(a) - rank(b))
  return [
    { tone: 'title', text: `Without ${eventWords(loss.event)}: ${loss.breaks ? `${down(loss)} down` : 'nothing breaks'}` },
    ...loss.controlPlane.map((c): Line => ({ tone: c.down ? 'danger' : 'plain', text: `  ${c.down ? '! ' : ''}${controlPlaneWords(c)}` })),
    ...worst.slice(0, MOST).flatMap(workloadLines),
    ...(worst.length > MOST ? [{ tone: 'note', text: `  and ${worst.length - MOST} more workloads; -o json has all` } as const] : []),
    ...capacityLines(loss.capacity),
    ...(loss.roomy === false
      ? [{ tone: 'warn', text: '  ! All find room only when the largest are placed first: it is tight.' } as const]
      : []),
    ...pullLines(loss.pulls),
    plain(''),
  ]
}

function rank({ verdict, pods }: WorkloadLoss): number {
  const stuck = pods.some((p) => p.fate.kind !== 'moves' && p.fate.kind !== 'with-node')
  return (verdict === 'down' ? 0 : verdict === 'below-budget' ? 2 : 4) + (stuck ? 0 : 1)
}

function controlPlaneWords({ component, now, left, down: gone }: Loss['controlPlane'][number]): string {
  if (!gone) return `${safe(component)}: ${left} of ${now} left`
  return component === 'etcd'
    ? `etcd: ${left} of ${now} members left, no majority: the API answers nothing until a member is back`
    : `${safe(component)}: none of ${now} left`
}

function workloadLines(w: WorkloadLoss): Line[] {
  const budget = w.budgets
    .filter((b) => b.left < b.wants)
    .map((b) => `PodDisruptionBudget ${safe(b.name)} wants ${b.wants}, ${b.left} left`)
  const together =
    w.now > 1 && w.nodes === 1
      ? ['all of it ran on one node']
      : w.now > 1 && w.zones === 1 && w.left === 0
        ? ['all of it ran in one zone']
        : []
  const words = [`${w.left} of ${w.now} left`, ...budget, ...together, ...comebackWords(w.comeback)]
  const bad = w.verdict !== 'reduced'
  return [
    { tone: bad ? 'danger' : 'plain', text: `  ${bad ? '! ' : ''}${safe(refLabel(w.object))}: ${words.join('; ')}` },
    ...fateLines(w.pods),
  ]
}

function comebackWords(comeback: Comeback): readonly string[] {
  if (comeback.kind === 'evicted') return [comeback.seconds === 0 ? 'made anew at once' : `made anew after ${comeback.seconds} s`]
  return comeback.kind === 'by-hand' ? ['made anew only when the Node is deleted or tainted node.kubernetes.io/out-of-service'] : []
}

/** Pods with the same fate in one line. */
function fateLines(pods: readonly LostPod[]): Line[] {
  const groups = [...Map.groupBy(pods, (p) => `${fateWords(p)}`)].filter(([words]) => words !== '')
  return groups.flatMap(([words, own]): Line[] => {
    const names = own.slice(0, MOST_PODS).map((p) => safe(p.name))
    const more = own.length > MOST_PODS ? ` and ${own.length - MOST_PODS} more` : ''
    const fine = own.every((p) => p.fate.kind === 'moves' && p.displacedBy === undefined)
    return [{ tone: fine ? 'plain' : 'warn', text: `      ${fine ? '' : '! '}${names.join(', ')}${more}: ${words}` }]
  })
}

function fateWords({ fate, displacedBy }: LostPod): string {
  const by = displacedBy === undefined ? '' : `gives way to ${safe(displacedBy)}; `
  if (fate.kind === 'with-node') return by
  if (fate.kind === 'moves') return `${by}fits on ${safe(fate.to)}`
  const words = { waits: 'finds no place', crowded: 'finds no place', gone: 'is gone', unknown: 'UNKNOWN' }[fate.kind]
  return `${by}${words}: ${safe(fate.why)}`
}

function capacityLines(capacity: readonly CapacityLoss[]): Line[] {
  return capacity.map(({ resource, now, after }): Line => {
    const tight = (after.share ?? (after.requested === '0' ? 0 : 2)) > 1
    const high = (now.share ?? 0) > RESERVE
    const words = `requests take ${percentOf(now.share)} of ${resource} now, ${after.share === undefined ? 'and no capacity would be left' : `${percentOf(after.share)} afterwards`}`
    const rule = high ? ' (above 70 % already today: no room for a loss)' : ''
    return { tone: tight ? 'danger' : high ? 'warn' : 'plain', text: `  ${tight || high ? '! ' : ''}${words}${rule}` }
  })
}

function pullLines(pulls: readonly PullLoss[]): Line[] {
  const shown = pulls.toSorted((a, b) => Number(isStuck(b)) - Number(isStuck(a))).slice(0, MOST)
  return [
    ...shown.map((p): Line => {
      const bad = isStuck(p)
      return { tone: bad ? 'warn' : 'plain', text: `  ${bad ? '! ' : ''}${safe(refLabel(p.object))}: ${pullWords(p)}` }
    }),
    ...(pulls.length > MOST ? [{ tone: 'note', text: `  and ${pulls.length - MOST} more workloads; -o json has all` } as const] : []),
  ]
}

function pullWords({ images, restart, elsewhere, others, elsewhereUnknown }: PullLoss): string {
  const where =
    others === 0
      ? 'there is no other node'
      : elsewhere.length > 0
        ? `lies on ${elsewhere.length} of ${others} other nodes`
        : elsewhereUnknown > 0
          ? 'UNKNOWN whether another node holds it'
          : 'lies on no other node'
  const again = restart === 'fails' ? 'could not start again even where it runs (pull policy Always)' : 'starts again where it runs'
  return `${images.map(safe).join(', ')}: ${again}; ${where}`
}
