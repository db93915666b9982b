import * as z from 'zod'
import { resourceList } from './tenancy.ts'

const intOrPercent = z.union([z.number(), z.string()]).optional()
/** How a new version takes the place of the old one. */
export const rollout = z
  .object({
    type: z.string().optional(),
    rollingUpdate: z.object({ maxSurge: intOrPercent, maxUnavailable: intOrPercent }).nullish(),
  })
  .optional()
export type Rollout = z.infer<typeof rollout>

export const claimSpec = z
  .object({ storageClassName: z.string().optional(), resources: z.object({ requests: resourceList }).optional() })
  .optional()
export type ClaimSpec = z.infer<typeof claimSpec>

/** What a StatefulSet makes claims of. */
export const claimTemplate = z.object({
  metadata: z.object({ name: z.string() }),
  spec: claimSpec,
})
