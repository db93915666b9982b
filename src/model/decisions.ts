import * as z from 'zod'
import { acceptedRisk, attestation } from './progress.ts'
import type { KubeObject, ObjectRef } from './refs.ts'

/** What a team decided: accepted risks and attestations, kept beside the code or in the cluster and read by everybody. */
export const decisions = z.strictObject({
  schemaVersion: z.literal(1),
  accepted: z.array(acceptedRisk).default([]),
  attested: z.array(attestation).default([]),
})
export type Decisions = z.infer<typeof decisions>

/** The key of a ConfigMap that holds them. */
export const DECISIONS_KEY = 'decisions.yaml'

/** Looks up one object of the cluster; undefined where there is none. */
export type Lookup = (ref: ObjectRef) => Promise<KubeObject | undefined>

/** Where they stand; read anew for each evaluation. Throws HardenError `input` where they cannot be read or understood. */
export type DecisionsSource = (lookup: Lookup | undefined) => Promise<Decisions>
