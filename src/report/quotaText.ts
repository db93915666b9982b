import stringWidth from 'string-width'
import type { IdleWorkload, NamespaceQuota, QuotaFigures, QuotaPreview, QuotaRefusal } from '#model/quota.ts'
import { refKey, refLabel } from '#model/refs.ts'
import { safe } from '#model/text.ts'
import type { Line } from './previewText.ts'
import { gapSentence } from './words.ts'

/** Refusals of one namespace that are shown. */
const MOST = 40

/** What quotas and limit ranges would refuse: the figures of each quota, then what is refused, by whom and why. */
export function quotaLines(preview: QuotaPreview): readonly Line[] {
  const told = preview.namespaces.filter((ns) => ns.quotas.length + ns.limitRanges.length > 0)
  return [
    { tone: 'title', text: totalWords(preview, told) },
    ...(preview.added.length === 0
      ? []
      : [{ tone: 'plain', text: `With ${preview.added.map((ref) => safe(refLabel(ref))).join(', ')}` } as const]),
    ...told.flatMap(namespaceLines),
    ...proposalNotes(preview),
    ...gapLines(preview),
  ]
}

function totalWords({ namespaces, gaps }: QuotaPreview, told: readonly NamespaceQuota[]): string {
  if (told.length === 0) return gaps.length > 0 ? 'No quota and no limit range was seen' : 'There is no quota and no limit range'
  const refused = namespaces.flatMap((ns) => ns.refused)
  const today = new Set(refused.filter((r) => r.stage === 'today').map((r) => refKey(r.object))).size
  const rollouts = new Set(refused.filter((r) => r.stage === 'rollout').map((r) => refKey(r.object))).size
  const seen = gaps.length > 0 ? ' of what was seen' : ''
  if (today + rollouts === 0) return `Nothing${seen} is refused: not today's objects made again, and not the next rollout of any workload`
  const parts = [
    ...(today === 0 ? [] : [`${today} of today's objects would not be admitted again`]),
    ...(rollouts === 0 ? [] : [`${rollouts} ${rollouts === 1 ? 'workload' : 'workloads'} could not roll out in full`]),
  ]
  return parts.join(', ')
}

function namespaceLines(ns: NamespaceQuota): Line[] {
  const ranges = ns.limitRanges.length === 0 ? '' : ` (limit ranges: ${ns.limitRanges.map(safe).join(', ')})`
  const groups = [...Map.groupBy(ns.refused, kinKey).values()]
  return [
    { tone: 'plain', text: '' },
    { tone: 'title', text: `Namespace ${safe(ns.name)}${ranges}${ns.complete ? '' : ': not all of it was seen'}` },
    ...ns.quotas.flatMap(figureLines),
    ...groups.slice(0, MOST).map(refusedLine),
    ...(groups.length > MOST ? [{ tone: 'note', text: `  and ${groups.length - MOST} more (-o json shows all)` } as const] : []),
    ...idleLines(ns.idle),
  ]
}

function figureLines({ name, added, scopes, hard, used, afterRollout }: QuotaFigures): Line[] {
  const rows = Object.entries(hard).map(([resource, most]) => [
    safe(resource),
    used[resource] ?? 'UNKNOWN',
    afterRollout[resource] ?? 'UNKNOWN',
    most,
  ])
  const head = ['RESOURCE', 'USED', 'AT A ROLLOUT', 'AT MOST']
  const widths = head.map((title, i) => Math.max(...[title, ...rows.map((r) => r[i] ?? '')].map((t) => stringWidth(t))))
  const line = (cells: readonly string[]) =>
    cells
      .map((c, i) => c + ' '.repeat((widths[i] ?? 0) - stringWidth(c)))
      .join('  ')
      .trimEnd()
  const only = scopes === undefined ? '' : `, only ${scopes.map(safe).join(' and ')}`
  return [
    { tone: 'plain', text: `  ResourceQuota ${safe(name)}${added === true ? ' (new)' : ''}${only}` },
    { tone: 'note', text: `    ${line(head)}` },
    ...rows.map((row): Line => ({ tone: 'plain', text: `    ${line(row)}` })),
  ]
}

/** Pods of one owner that are refused for the same thing are told together; what is used differs from one to the next. */
function kinKey({ object, owner, stage, by, reason }: QuotaRefusal): string {
  return [refKey(owner ?? object), stage, by.kind, by.name, reason.replace(/, used: .*/, '')].join('|')
}

const STILL: Readonly<Record<string, string>> = {
  CronJob: 'its next run would not start in full',
  Job: 'it would not start in full',
  StatefulSet: 'pods that are missing could not be made',
  ReplicaSet: 'pods that are missing could not be made',
  ReplicationController: 'pods that are missing could not be made',
}

function refusedLine(kin: readonly QuotaRefusal[]): Line {
  const [{ object, owner, stage, by, reason, stuck } = kin[0] as QuotaRefusal] = kin
  const who = safe(refLabel(owner ?? object))
  if (stage === 'rollout') {
    const then =
      stuck === true
        ? (STILL[object.kind] ?? 'its next rollout would stand still')
        : 'its next rollout would go on without its whole surge, more slowly'
    return { tone: stuck === true ? 'danger' : 'warn', text: `  ! ${who}: ${then}: ${by.kind} ${safe(by.name)}: ${safe(reason)}` }
  }
  const what = owner === undefined ? 'would not be admitted again' : `${kin.length} of its pods would not come back`
  return { tone: 'danger', text: `  ! ${who}: ${what}: ${by.kind} ${safe(by.name)}: ${safe(reason)}` }
}

function idleLines(idle: readonly IdleWorkload[]): Line[] {
  return idle.flatMap(({ object, refused }): Line[] =>
    refused === undefined
      ? []
      : [
          {
            tone: 'note',
            text: `  scaled to zero or suspended, and a pod of it would be refused: ${safe(refLabel(object))}: ${safe(refused.reason)}`,
          },
        ],
  )
}

function proposalNotes({ proposals }: QuotaPreview): Line[] {
  if (proposals === undefined) return []
  if (proposals.length === 0) return [{ tone: 'plain', text: 'There is nothing to propose: no pods, and nothing that makes any.' }]
  const limits = proposals.some((object) => object.kind === 'LimitRange')
  return [
    { tone: 'plain', text: '' },
    { tone: 'note', text: 'The proposed objects are printed by -o yaml. They leave room for one rollout at a time.' },
    ...(limits
      ? [
          {
            tone: 'warn',
            text: 'Default limits of memory end containers that take more: compare with what they really take first.',
          } as const,
        ]
      : []),
  ]
}

function gapLines({ gaps }: QuotaPreview): Line[] {
  if (gaps.length === 0) return []
  return [
    { tone: 'plain', text: '' },
    { tone: 'warn', text: 'Could not be seen, so that nothing is said about it:' },
    ...gaps.map((gap): Line => ({ tone: 'warn', text: `  ${gapSentence(gap)}` })),
    ...(gaps.some((gap) => gap.needs !== undefined)
      ? [{ tone: 'note', text: '  `kubeharden permissions` prints the rules that make these visible.' } as const]
      : []),
  ]
}
