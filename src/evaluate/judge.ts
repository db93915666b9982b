import type { Status } from '#model/areas.ts'
import type { JudgedFinding } from '#model/assessment.ts'
import type { Check, Finding } from '#model/check.ts'
import type { AcceptedRisk, Attestation } from '#model/progress.ts'
import type { Settings } from '#model/settings.ts'
import { knownNeedOf } from './known.ts'
import { inScope, reopened } from './reopen.ts'

/** What people said: accepted risks, attested manual items, and what they say of the cluster itself. */
export interface Judgements {
  readonly accepted: readonly AcceptedRisk[]
  readonly attested: readonly Attestation[]
  readonly settings?: Settings | undefined
}

/**
 * Lays accepted risks over failing findings and attestations over manual ones; what has expired no longer counts. What a
 * system component is known to need is accepted as well, by us and with no end.
 */
export function judge(check: Check, finding: Finding, judgements: Judgements, now: Date): JudgedFinding {
  if (finding.status === 'fail') {
    const risk = judgements.accepted.find((a) => a.check === check.id && inScope(a, finding) && Date.parse(a.expires) > now.getTime())
    if (risk !== undefined)
      return (
        reopened(risk, finding) ?? { ...finding, status: 'accepted', note: { by: risk.owner, reason: risk.reason, until: risk.expires } }
      )
    const known = knownNeedOf(check.id, finding)
    if (known !== undefined) {
      const { id, since } = known.component
      return { ...finding, status: 'accepted', note: { by: `kubeharden ${since} (known need of ${id})`, reason: known.need.why } }
    }
  }
  if (finding.status === 'manual') {
    const item = judgements.attested.find((a) => a.check === check.id && Date.parse(a.until) > now.getTime())
    if (item !== undefined) return { ...finding, status: 'attested', note: { by: item.by, reason: item.evidence, until: item.until } }
  }
  return finding
}

/**
 * The status of a whole check. A fail stays a fail over gaps; a pass over gaps is unknown; nothing to look at is
 * not applicable, never pass.
 */
export function statusOf(findings: readonly Pick<JudgedFinding, 'status'>[], gaps: number): Status {
  const has = (status: Status) => findings.some((f) => f.status === status)
  if (has('fail')) return 'fail'
  if (gaps > 0 || has('unknown')) return 'unknown'
  if (has('manual')) return 'manual'
  if (has('accepted')) return 'accepted'
  if (has('attested')) return 'attested'
  return has('pass') ? 'pass' : 'not-applicable'
}
