import { type Severity, STATUSES, type Status } from '#model/areas.ts'
import type { ObjectRef } from '#model/refs.ts'
import type { Gap } from '#model/right.ts'
import { findingKey } from '../identity.ts'
import type { ReportCheck, ReportFinding } from '../schema.ts'

/** How one thing stood in one report: its status, or that it was not there, or that it could not be looked for. */
export interface Standing {
  readonly status: Status | 'gone' | 'not-seen'
  readonly severity: Severity
  readonly path?: string
  readonly messages: readonly string[]
}

/** One object under one check; what was said of the same place more than once is one thing, as bad as its worst. */
export interface Thing {
  readonly check: string
  readonly object: ObjectRef
  readonly standing: Standing
}

export function thingsOf(check: ReportCheck): ReadonlyMap<string, Thing> {
  const groups = Map.groupBy(check.findings, (f) => findingKey(check.id, f.object, f.path))
  return new Map([...groups].map(([key, findings]) => [key, thingOf(check, findings)]))
}

function thingOf(check: ReportCheck, findings: readonly ReportFinding[]): Thing {
  const rank = (f: ReportFinding) => STATUSES.indexOf(f.status)
  const worst = Math.min(...findings.map(rank))
  const those = findings.filter((f) => rank(f) === worst)
  const [first] = those
  if (first === undefined) throw new Error('a group has a finding')
  const said = those.map((f) => (f.saw === undefined || f.message.includes(f.saw) ? f.message : `${f.message} (${f.saw})`))
  return {
    check: check.id,
    object: first.object,
    standing: {
      status: first.status,
      severity: check.severity,
      ...(first.path === undefined ? {} : { path: first.path }),
      messages: [...new Set(said)].toSorted(),
    },
  }
}

/** Of what a check does not speak: it is gone, unless a part that the check could not see may hold it. */
export function absent(check: ReportCheck, object: ObjectRef): Standing {
  const hidden = check.gaps.some((gap) => covers(gap, object))
  return { status: hidden ? 'not-seen' : 'gone', severity: check.severity, messages: [] }
}

function covers({ namespace, name }: Gap, object: ObjectRef): boolean {
  if (namespace !== undefined) return object.namespace === namespace || (object.kind === 'Namespace' && object.name === namespace)
  return name === undefined || name === object.name
}

/** What a status means when two reports are held beside each other. `hidden` is neither good nor bad, and never good. */
export function meaning({ status }: Standing): 'open' | 'hidden' | 'accepted' | 'closed' {
  if (status === 'fail') return 'open'
  if (status === 'unknown' || status === 'manual' || status === 'not-seen') return 'hidden'
  return status === 'accepted' ? 'accepted' : 'closed'
}
