import type { z } from 'zod'
import { inScope, seenIn } from '#evaluate/reopen.ts'
import type { Assessment } from '#model/assessment.ts'
import { HardenError } from '#model/errors.ts'
import { type AcceptedRisk, type Attestation, acceptedRisk, attestation, type Progress } from '#model/progress.ts'
import { type Settings, settings } from '#model/settings.ts'

/** The progress with a risk taken on. HardenError `input` where a part of it is missing or a date cannot be read. */
export function withAccepted(progress: Progress, risk: Omit<AcceptedRisk, 'created'>, now: Date): Progress {
  return { ...progress, accepted: [...progress.accepted, checked(acceptedRisk, { ...risk, created: now.toISOString() })] }
}

/** What the findings in the scope of a risk say now. */
export function seenNow(
  { assessment }: { readonly assessment: Assessment },
  risk: Pick<AcceptedRisk, 'check' | 'scope'>,
): Readonly<Record<string, string>> {
  const findings = assessment.checks.find((c) => c.id === risk.check)?.findings ?? []
  return seenIn(findings.filter((f) => (f.status === 'fail' || f.status === 'accepted') && inScope(risk, f)))
}

/** The progress with a manual item attested; an earlier attestation of the same check gives way. */
export function withAttested(progress: Progress, item: Omit<Attestation, 'at'>, now: Date): Progress {
  const others = progress.attested.filter((a) => a.check !== item.check)
  return { ...progress, attested: [...others, checked(attestation, { ...item, at: now.toISOString() })] }
}

/** The progress with what the operator says of the cluster; HardenError `input` where that is not possible. */
export function withSettings(progress: Progress, said: { readonly [K in keyof Settings]?: Settings[K] | undefined }): Progress {
  const all = Object.entries({ ...progress.settings, ...said }).filter(([, value]) => value !== undefined)
  return { ...progress, settings: checked(settings, Object.fromEntries(all)) }
}

/**
 * The progress without what was accepted or attested for a check; with a scope only the risks of exactly that scope.
 * HardenError `not-found` where there is nothing of the kind.
 */
export function withWithdrawn(progress: Progress, check: string, scope?: AcceptedRisk['scope']): Progress {
  const same = (risk: AcceptedRisk) =>
    scope === undefined || (['kind', 'namespace', 'name'] as const).every((part) => risk.scope[part] === scope[part])
  const accepted = progress.accepted.filter((risk) => risk.check !== check || !same(risk))
  const attested = scope === undefined ? progress.attested.filter((item) => item.check !== check) : progress.attested
  if (accepted.length === progress.accepted.length && attested.length === progress.attested.length)
    throw new HardenError('not-found', `Nothing is accepted or attested for ${check}.`, 'kubeharden progress lists what is.')
  return { ...progress, accepted, attested }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)
  throw new HardenError('input', lines.join('\n'), 'Correct it and try again; nothing was remembered.')
}
