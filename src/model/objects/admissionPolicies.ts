import * as z from 'zod'
import { listOf, meta } from './meta.ts'

/** Of a policy only how it fails and whether it looks at anything: its expressions are the API server's matter. */
export const policy = z.object({
  metadata: meta,
  spec: z.object({
    failurePolicy: z.string().optional(),
    validations: listOf(z.object({ message: z.string().optional() })),
  }),
})

export const binding = z.object({
  metadata: meta,
  spec: z.object({ policyName: z.string().optional(), validationActions: listOf(z.string()) }),
})
