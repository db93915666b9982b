import * as z from 'zod'
import { STATUSES } from './areas.ts'
import { encryptionMemory } from './encryptionLife.ts'
import { settings } from './settings.ts'

const isoDate = z.string().refine((s) => !Number.isNaN(Date.parse(s)), 'not a date that can be read (use YYYY-MM-DD)')

/** A risk somebody took on. An unreadable expiry is an error, never "for ever". */
export const acceptedRisk = z.strictObject({
  check: z.string(),
  /** Exactly these objects; absent parts match any. An empty scope is the whole check. */
  scope: z.strictObject({ kind: z.string().optional(), namespace: z.string().optional(), name: z.string().optional() }),
  owner: z.string().min(1),
  reason: z.string().min(1),
  created: isoDate,
  expires: isoDate,
  /** What each finding said when it was accepted: one that says something else by now is open again. */
  seen: z.record(z.string(), z.string()).optional(),
})
export type AcceptedRisk = z.infer<typeof acceptedRisk>

/** A manual item that somebody looked at. */
export const attestation = z.strictObject({
  check: z.string(),
  by: z.string().min(1),
  evidence: z.string().min(1),
  at: isoDate,
  until: isoDate,
})
export type Attestation = z.infer<typeof attestation>

export const progressPoint = z.object({
  at: z.string(),
  score: z.number().optional(),
  coverage: z.number(),
  fails: z.number(),
})

/** How far this cluster has come: `progress.json` under XDG_STATE_HOME, one folder per uid of kube-system. */
export const progress = z.object({
  schemaVersion: z.literal(1),
  cluster: z.object({ uid: z.string(), name: z.string() }),
  updatedAt: z.string(),
  /** Last status of each check. */
  checks: z.record(z.string(), z.object({ status: z.enum(STATUSES), since: z.string() })),
  history: z.array(progressPoint),
  accepted: z.array(acceptedRisk),
  attested: z.array(attestation),
  settings: settings.optional(),
  /** Encryption at rest: files that were written, what was written again, what was proven. Never a key. */
  encryption: encryptionMemory.optional(),
  /** Where the last session stopped, for resuming. */
  lastScreen: z.string().optional(),
})
export type Progress = z.infer<typeof progress>

/** Progress of one cluster on disk, locked against a second session while it is held. */
export interface ProgressStore {
  load(): Promise<Progress>
  save(progress: Progress): Promise<void>
}
