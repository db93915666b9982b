import * as z from 'zod'
import { listOf, meta } from './meta.ts'

/** Resource names and quantities as they are written: `cpu: 100m`, `memory: 1Gi`, `pods: 10`. */
const amounts = z.record(z.string(), z.union([z.string(), z.number()]))
export const resourceList = amounts.nullish().transform((v) => v ?? {})
export type ResourceAmounts = z.infer<typeof resourceList>

/** Of a whole pod. Absent and empty are different: an empty one makes a pod BestEffort whatever its containers say. */
export const podResources = z.object({ requests: resourceList, limits: resourceList }).optional()

const scopeRequirement = z.object({ scopeName: z.string(), operator: z.string(), values: listOf(z.string()) })
export type ScopeRequirement = z.infer<typeof scopeRequirement>

export const resourceQuota = z.object({
  metadata: meta,
  spec: z
    .object({
      hard: resourceList,
      scopes: listOf(z.string()),
      scopeSelector: z
        .object({ matchExpressions: listOf(scopeRequirement) })
        .nullish()
        .transform((v) => v ?? undefined),
    })
    .nullish()
    .transform((v) => v ?? { hard: {}, scopes: [], scopeSelector: undefined }),
  status: z
    .object({ used: resourceList })
    .nullish()
    .transform((v) => v ?? { used: {} }),
})

const limitRangeItem = z.object({
  type: z.string(),
  default: resourceList,
  defaultRequest: resourceList,
  min: resourceList,
  max: resourceList,
  maxLimitRequestRatio: resourceList,
})
export type LimitRangeItem = z.infer<typeof limitRangeItem>

export const limitRange = z.object({
  metadata: meta,
  spec: z
    .object({ limits: listOf(limitRangeItem) })
    .nullish()
    .transform((v) => v ?? { limits: [] }),
})
