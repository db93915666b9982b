import * as z from 'zod'
import { listOf } from './meta.ts'
import { claimSpec } from './rollout.ts'

const profile = z.object({ type: z.string() }).optional()

/** Of a pod or a container: what decides how far it is kept from its node. */
export const securityContext = z
  .object({
    privileged: z.boolean().optional(),
    runAsNonRoot: z.boolean().optional(),
    runAsUser: z.number().optional(),
    runAsGroup: z.number().optional(),
    allowPrivilegeEscalation: z.boolean().optional(),
    readOnlyRootFilesystem: z.boolean().optional(),
    procMount: z.string().optional(),
    capabilities: z.object({ add: listOf(z.string()), drop: listOf(z.string()) }).optional(),
    seccompProfile: profile,
    appArmorProfile: profile,
    seLinuxOptions: z.object({ type: z.string().optional(), user: z.string().optional(), role: z.string().optional() }).optional(),
    windowsOptions: z.object({ hostProcess: z.boolean().optional() }).optional(),
    /** Of a pod only. */
    fsGroup: z.number().optional(),
    supplementalGroups: z.array(z.number()).optional(),
    sysctls: z.array(z.object({ name: z.string() })).optional(),
  })
  .nullish()
  .transform((v) => v ?? {})
export type SecurityContext = z.infer<typeof securityContext>

/** A volume, and of which type it is: `hostPath`, `emptyDir`, whatever the server knows. Without one it is an emptyDir. */
export const volume = z
  .looseObject({
    name: z.string(),
    type: z.string().optional(),
    hostPath: z.object({ path: z.string(), type: z.string().optional() }).optional(),
    persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
    secret: z.object({ secretName: z.string().optional() }).optional(),
    configMap: z.object({ name: z.string().optional() }).optional(),
    emptyDir: z.object({}).optional(),
    projected: z.object({}).optional(),
    csi: z.object({ driver: z.string() }).optional(),
    nfs: z.object({ server: z.string() }).optional(),
    /** A claim that is made with the pod, and goes with it. */
    ephemeral: z.object({ volumeClaimTemplate: z.object({ spec: claimSpec }).optional() }).optional(),
  })
  .transform((v) => {
    const { name, hostPath, persistentVolumeClaim, secret, configMap, emptyDir, projected, csi, nfs, ephemeral } = v
    const kept = { hostPath, persistentVolumeClaim, secret, configMap, emptyDir, projected, csi, nfs, ephemeral }
    const type = v.type ?? Object.keys(v).find((key) => key !== 'name' && v[key] !== undefined && v[key] !== null)
    const set = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as typeof kept
    return { name, ...(type === undefined ? {} : { type }), ...set }
  })
