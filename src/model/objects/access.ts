import * as z from 'zod'
import { labelSelector, listOf, meta } from './meta.ts'

export const policyRule = z.object({
  verbs: listOf(z.string()),
  apiGroups: listOf(z.string()),
  resources: listOf(z.string()),
  resourceNames: listOf(z.string()),
  nonResourceURLs: listOf(z.string()),
})
export type PolicyRule = z.infer<typeof policyRule>

export const role = z.object({
  metadata: meta,
  rules: listOf(policyRule),
  aggregationRule: z
    .object({ clusterRoleSelectors: listOf(labelSelector) })
    .nullish()
    .transform((v) => v ?? undefined),
})

export const subject = z.object({
  kind: z.string(),
  apiGroup: z.string().optional(),
  name: z.string(),
  namespace: z.string().optional(),
})
export type Subject = z.infer<typeof subject>

export const binding = z.object({
  metadata: meta,
  roleRef: z.object({ apiGroup: z.string().optional(), kind: z.string(), name: z.string() }),
  subjects: listOf(subject),
})

export const serviceAccount = z.object({
  metadata: meta,
  automountServiceAccountToken: z.boolean().optional(),
  secrets: listOf(z.object({ name: z.string().optional() })),
  imagePullSecrets: listOf(z.object({ name: z.string().optional() })),
})

export const csr = z.object({
  metadata: meta,
  spec: z.object({ signerName: z.string(), username: z.string().optional(), expirationSeconds: z.number().optional() }),
  status: z
    .object({ conditions: listOf(z.object({ type: z.string() })) })
    .nullish()
    .transform((v) => v ?? { conditions: [] }),
})

/** A Secret as kubeharden knows it: never its values, never its annotations (safety rule 1). */
export const secretRow = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
  type: z.string(),
  keys: z.number(),
  ageDays: z.number().optional(),
})
