import type { Area, Severity, Status } from './areas.ts'
import type { Controls, Finding } from './check.ts'
import type { Gap } from './right.ts'
import type { ClusterInfo, SourceKind } from './state.ts'
import type { Text } from './text.ts'

/** A finding after accepted risks and attestations were laid over it. */
export interface JudgedFinding extends Omit<Finding, 'status'> {
  readonly status: Status
  /** Who accepted or attested it, and until when. Without an end: a known need of a system component (docs/decisions/0022). */
  readonly note?: { readonly by: string; readonly reason: string; readonly until?: string }
}

export interface CheckResult {
  readonly id: string
  readonly area: Area
  readonly severity: Severity
  readonly status: Status
  readonly title: Text
  readonly controls: Controls
  readonly messages: { readonly [id: string]: Text }
  readonly findings: readonly JudgedFinding[]
  /** What this check could not see; each with the missing right where there is one. */
  readonly gaps: readonly Gap[]
}

/** `score`: share of what was judged that passes, weighted by severity, 0 to 100; undefined where nothing was judged. */
export interface Score {
  readonly score: number | undefined
  /** Share of checks that could be decided, 0 to 100 (unknown and manual are not). */
  readonly coverage: number
  readonly totals: { readonly [S in Status]: number }
}

export interface Assessment {
  readonly schemaVersion: 1
  readonly at: string
  readonly source: SourceKind
  readonly cluster: ClusterInfo
  readonly overall: Score
  readonly areas: { readonly [A in Area]?: Score }
  readonly checks: readonly CheckResult[]
  readonly gaps: readonly Gap[]
}
