import * as z from 'zod'
import { labelSelector, listOf, meta } from './meta.ts'

/** Istio: whether connections have to be mutual TLS, in a namespace or for some of its pods. */
export const peerAuthentication = z.object({
  metadata: meta,
  spec: z
    .object({ selector: labelSelector.optional(), mtls: z.object({ mode: z.string().optional() }).optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

/** Prometheus: expressions that alert. */
export const prometheusRule = z.object({
  metadata: meta,
  spec: z.object({
    groups: listOf(
      z.object({
        name: z.string().optional(),
        rules: listOf(z.object({ alert: z.string().optional(), expr: z.union([z.string(), z.number()]).transform(String) })),
      }),
    ),
  }),
})
