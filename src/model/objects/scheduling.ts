import * as z from 'zod'
import { labelSelector, listOf, meta } from './meta.ts'

/** What decides on which nodes a pod may run. Preferences decide nothing; those between pods are kept for the namespaces that they name. */
export const toleration = z.object({
  key: z.string().optional(),
  operator: z.string().optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.number().optional(),
})
export type Toleration = z.infer<typeof toleration>

const selector = labelSelector.nullish().transform((v) => v ?? undefined)

export const topologySpread = z.object({
  topologyKey: z.string(),
  maxSkew: z.number().optional(),
  minDomains: z.number().optional(),
  whenUnsatisfiable: z.string().optional(),
  labelSelector: selector,
  matchLabelKeys: z.array(z.string()).optional(),
  nodeAffinityPolicy: z.string().optional(),
  nodeTaintsPolicy: z.string().optional(),
})
export type TopologySpread = z.infer<typeof topologySpread>

const requirement = z.object({ key: z.string(), operator: z.string(), values: listOf(z.string()) })
export type NodeRequirement = z.infer<typeof requirement>

/** Terms are alternatives; one without any requirement matches no node. */
export const nodeSelector = z.object({
  nodeSelectorTerms: listOf(z.object({ matchExpressions: listOf(requirement), matchFields: listOf(requirement) })),
})
export type NodeSelector = z.infer<typeof nodeSelector>

const podAffinityTerm = z.object({
  labelSelector: selector,
  namespaces: listOf(z.string()),
  /** Absent: not used. Empty: every namespace. */
  namespaceSelector: selector,
  topologyKey: z.string(),
  matchLabelKeys: z.array(z.string()).optional(),
  mismatchLabelKeys: z.array(z.string()).optional(),
})
export type PodAffinityTerm = z.infer<typeof podAffinityTerm>

const podRules = z
  .object({
    requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm).optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z.array(z.object({ podAffinityTerm })).optional(),
  })
  .nullish()

export const affinity = z
  .object({
    nodeAffinity: z.object({ requiredDuringSchedulingIgnoredDuringExecution: nodeSelector.optional() }).nullish(),
    podAffinity: podRules,
    podAntiAffinity: podRules,
  })
  .nullish()
  .transform((v) => v ?? {})

/** Where a volume can be used, and by which claim. Its credentials and addresses are not kept. */
export const persistentVolume = z.object({
  metadata: meta,
  spec: z.object({
    storageClassName: z.string().optional(),
    claimRef: z.object({ namespace: z.string().optional(), name: z.string().optional() }).optional(),
    accessModes: listOf(z.string()),
    nodeAffinity: z.object({ required: nodeSelector.optional() }).nullish(),
    local: z.object({}).optional(),
    hostPath: z.object({}).optional(),
  }),
  status: z
    .object({ phase: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})
