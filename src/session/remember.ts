import type { z } from 'zod'
import { HardenError } from '#model/errors.ts'
import { type AcceptedRisk, type Attestation, acceptedRisk, attestation, type Progress } from '#model/progress.ts'

/** The progress with a risk taken on. HardenError `input` where a part of it is missing or a date cannot be read. */
export function withAccepted(progress: Progress, risk: Omit<AcceptedRisk, 'created'>, now: Date): Progress {
  return { ...progress, accepted: [...progress.accepted, checked(acceptedRisk, { ...risk, created: now.toISOString() })] }
}

/** The progress with a manual item attested; an earlier attestation of the same check gives way. */
export function withAttested(progress: Progress, item: Omit<Attestation, 'at'>, now: Date): Progress {
  const others = progress.attested.filter((a) => a.check !== item.check)
  return { ...progress, attested: [...others, checked(attestation, { ...item, at: now.toISOString() })] }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const lines = result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`)
  throw new HardenError('input', lines.join('\n'), 'Correct it and try again; nothing was remembered.')
}
