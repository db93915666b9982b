import { type Area, SEVERITIES, type Severity, STATUSES, type Status } from '#model/areas.ts'
import type { Assessment, CheckResult, JudgedFinding } from '#model/assessment.ts'
import type { ClusterInfo, SourceKind } from '#model/state.ts'
import { say } from '#model/text.ts'
import { CATEGORIES, type Category, categoryOf } from '../categories.ts'
import { gapSentence, sentence } from '../words.ts'

/** One object under one check. Of what a check could not see at all there is a row without a name. */
export interface InspectionRow {
  readonly check: string
  readonly title: string
  readonly area: Area
  readonly category: Category
  readonly severity: Severity
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** Where in the object, or what was there. */
  readonly item: string
  readonly result: Status
  readonly message: string
  readonly note?: JudgedFinding['note']
}

/** How many of the judged objects pass; what could not be decided stands beside, never among them. */
export interface Share {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly undecided: number
  /** 0 to 100; undefined where nothing was judged. */
  readonly share: number | undefined
}

export interface Inspection {
  readonly cluster: ClusterInfo
  readonly at: string
  readonly source: SourceKind
  readonly score: number | undefined
  readonly coverage: number
  readonly checks: { readonly [S in Status]: number }
  readonly objects: { readonly [S in Status]: number }
  readonly categories: readonly Share[]
  readonly kinds: readonly Share[]
  readonly severities: readonly { readonly severity: Severity; readonly fail: number; readonly unknown: number; readonly manual: number }[]
  /** Risks that people took on. */
  readonly accepted: readonly InspectionRow[]
  /** What system components are known to need: accepted with no end, one entry for each component and reason. */
  readonly known: readonly { readonly by: string; readonly reason: string; readonly items: number }[]
  readonly attested: readonly InspectionRow[]
  readonly unseen: readonly string[]
  /** What is open first, the worst of it at the top. */
  readonly rows: readonly InspectionRow[]
}

/** The inspection report as a plain value: what Markdown and HTML show. */
export function inspect(assessment: Assessment): Inspection {
  const rows = assessment.checks.flatMap(rowsOf).toSorted(byWeight)
  return {
    cluster: assessment.cluster,
    at: assessment.at,
    source: assessment.source,
    score: assessment.overall.score,
    coverage: assessment.overall.coverage,
    checks: assessment.overall.totals,
    objects: countBy(rows),
    categories: CATEGORIES.map((category) =>
      shareOf(
        category,
        rows.filter((r) => r.category === category),
      ),
    ).filter((s) => s.passed + s.failed + s.undecided > 0),
    kinds: [...Map.groupBy(rows, (r) => r.kind)].map(([kind, list]) => shareOf(kind, list)).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    severities: SEVERITIES.map((severity) => {
      const { fail, unknown, manual } = countBy(rows.filter((r) => r.severity === severity))
      return { severity, fail, unknown, manual }
    }),
    accepted: rows.filter((r) => r.result === 'accepted' && r.note?.until !== undefined),
    known: knownNeeds(rows),
    attested: rows.filter((r) => r.result === 'attested'),
    unseen: assessment.gaps.map(gapSentence),
    rows,
  }
}

function rowsOf(check: CheckResult): readonly InspectionRow[] {
  const common = {
    check: check.id,
    title: say(check.title),
    area: check.area,
    category: categoryOf(check),
    severity: check.severity,
  }
  const found = check.findings.map((f) => ({
    ...common,
    kind: f.object.kind,
    namespace: f.object.namespace ?? '',
    name: f.object.name,
    item: f.path ?? f.saw ?? '',
    result: f.status,
    message: sentence(check, f),
    ...(f.note === undefined ? {} : { note: f.note }),
  }))
  const unseen = check.gaps.map((gap) => ({
    ...common,
    kind: gap.kind,
    namespace: gap.namespace ?? '',
    name: gap.name ?? '',
    item: '',
    result: 'unknown' as const,
    message: `not seen: ${gapSentence(gap)}`,
  }))
  return [...found, ...unseen]
}

function knownNeeds(rows: readonly InspectionRow[]): Inspection['known'] {
  const notes = rows.flatMap(({ result, note }) => (result === 'accepted' && note !== undefined && note.until === undefined ? [note] : []))
  const groups = [...Map.groupBy(notes, ({ by, reason }) => JSON.stringify([by, reason])).values()]
  return groups.flatMap((same) => same.slice(0, 1).map(({ by, reason }) => ({ by, reason, items: same.length })))
}

function byWeight(a: InspectionRow, b: InspectionRow): number {
  return STATUSES.indexOf(a.result) - STATUSES.indexOf(b.result) || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
}

function countBy(rows: readonly InspectionRow[]): { readonly [S in Status]: number } {
  const counts = Object.fromEntries(STATUSES.map((s) => [s, 0])) as Record<Status, number>
  for (const { result } of rows) counts[result] += 1
  return counts
}

function shareOf(name: string, rows: readonly InspectionRow[]): Share {
  const n = countBy(rows)
  const passed = n.pass + n.attested
  const judged = passed + n.fail
  // Almost all is not all: 100 is said only of exactly 100.
  const share = judged === 0 ? undefined : passed === judged ? 100 : Math.min(99.9, Math.round((passed / judged) * 1000) / 10)
  return { name, passed, failed: n.fail, undecided: n.unknown + n.manual, share }
}
