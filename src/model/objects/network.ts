import * as z from 'zod'
import { labelSelector, listOf, meta } from './meta.ts'

const intOrString = z.union([z.number(), z.string()])

const port = z.object({ protocol: z.string().optional(), port: intOrString.optional(), endPort: z.number().optional() })

/** A peer; an absent selector (undefined) and an empty one (selects all) are different things. */
const peer = z.object({
  podSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  ipBlock: z.object({ cidr: z.string(), except: listOf(z.string()) }).optional(),
})
export type NetworkPeer = z.infer<typeof peer>

export const networkPolicy = z.object({
  metadata: meta,
  spec: z.object({
    podSelector: labelSelector.nullish().transform((v) => v ?? { matchLabels: {}, matchExpressions: [] }),
    policyTypes: z.array(z.string()).optional(),
    ingress: listOf(z.object({ from: listOf(peer), ports: listOf(port) })),
    egress: listOf(z.object({ to: listOf(peer), ports: listOf(port) })),
  }),
})

export const service = z.object({
  metadata: meta,
  spec: z.object({
    type: z.string().optional(),
    clusterIP: z.string().optional(),
    externalIPs: listOf(z.string()),
    externalName: z.string().optional(),
    externalTrafficPolicy: z.string().optional(),
    allocateLoadBalancerNodePorts: z.boolean().optional(),
    loadBalancerSourceRanges: listOf(z.string()),
    selector: z
      .record(z.string(), z.string())
      .nullish()
      .transform((v) => v ?? {}),
    ports: listOf(
      z.object({
        name: z.string().optional(),
        port: z.number(),
        targetPort: intOrString.optional(),
        nodePort: z.number().optional(),
        protocol: z.string().optional(),
      }),
    ),
  }),
})

export const ingress = z.object({
  metadata: meta,
  spec: z.object({
    ingressClassName: z.string().optional(),
    tls: listOf(z.object({ hosts: listOf(z.string()), secretName: z.string().optional() })),
    rules: listOf(
      z.object({
        host: z.string().optional(),
        http: z
          .object({
            paths: listOf(
              z.object({
                path: z.string().optional(),
                backend: z.object({
                  service: z
                    .object({ name: z.string(), port: z.object({ number: z.number().optional(), name: z.string().optional() }).optional() })
                    .optional(),
                }),
              }),
            ),
          })
          .optional(),
      }),
    ),
  }),
})
