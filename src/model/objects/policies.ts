import * as z from 'zod'
import { meta } from './meta.ts'

const loose = z.record(z.string(), z.unknown())

/** Network policies of other kinds than NetworkPolicy: kept whole, they hold selectors, addresses and ports. */
export const foreignPolicy = z.object({
  metadata: meta,
  spec: loose.catch({}).optional(),
  specs: z.array(loose).optional().catch(undefined),
})

const monitorSelector = z.object({ matchNames: z.array(z.string()).optional(), any: z.boolean().optional() })

/** ServiceMonitor and PodMonitor: whom Prometheus asks, and on which port. */
export const monitor = z.object({
  metadata: meta,
  spec: z.object({
    selector: z.object({
      matchLabels: z.record(z.string(), z.string()).optional(),
      matchExpressions: z.array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() })).optional(),
    }),
    namespaceSelector: monitorSelector.optional(),
    endpoints: z.array(endpoint()).optional(),
    podMetricsEndpoints: z.array(endpoint()).optional(),
  }),
})

function endpoint() {
  return z.object({ port: z.string().optional(), targetPort: z.union([z.number(), z.string()]).optional() })
}

/** Admission webhooks: the Services that the API server connects to. Certificates are not kept. */
export const webhooks = z.object({
  metadata: meta,
  webhooks: z
    .array(
      z.object({
        name: z.string(),
        failurePolicy: z.string().optional(),
        clientConfig: z.object({
          service: z.object({ name: z.string(), namespace: z.string(), port: z.number().optional() }).optional(),
        }),
      }),
    )
    .nullish()
    .transform((v) => v ?? []),
})
