import * as z from 'zod'
import { containerStatus, type DrillVerdict, drillVerdict, verdictOf } from './drill.ts'
import { condition, isReady, listOf } from './meta.ts'

interface PodStatus {
  readonly phase?: string
  readonly podIP?: string
  readonly podIPs?: readonly string[]
  readonly hostIP?: string
  readonly startTime?: string
  /** Whether its condition Ready is true. */
  readonly ready?: boolean
  /** Its resources are being changed: what it has is not what its spec says. */
  readonly resizing?: boolean
  /** What a restore drill found. */
  readonly drill?: DrillVerdict
}

const RESIZING: ReadonlySet<string> = new Set(['PodResizePending', 'PodResizeInProgress'])

/** How it stands with a pod, as far as something looks at it. */
export const podStatus = z
  .object({
    phase: z.string().optional(),
    podIP: z.string().optional(),
    podIPs: z
      .array(z.union([z.string(), z.object({ ip: z.string() }).transform((v) => v.ip)]))
      .nullish()
      .transform((v) => v ?? undefined),
    hostIP: z.string().optional(),
    startTime: z
      .string()
      .nullish()
      .transform((v) => v ?? undefined),
    ready: z.boolean().optional(),
    resizing: z.boolean().optional(),
    conditions: listOf(condition),
    containerStatuses: listOf(containerStatus),
    drill: drillVerdict.optional(),
  })
  .nullish()
  .transform((v): PodStatus => {
    if (v === null || v === undefined) return {}
    const { containerStatuses, drill = verdictOf(containerStatuses), conditions, ready = isReady(conditions), ...rest } = v
    const seen = conditions.some((c) => RESIZING.has(c.type) && c.status === 'True') ? { ...rest, resizing: true } : rest
    const status = ready === undefined ? seen : { ...seen, ready }
    return drill === undefined ? status : { ...status, drill }
  })
