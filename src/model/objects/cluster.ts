import { createHash } from 'node:crypto'
import * as z from 'zod'
import { isLeakedIn } from './credential.ts'
import { condition, isReady, labelSelector, listOf, meta } from './meta.ts'
import { resourceList } from './tenancy.ts'

export const namespace = z.object({
  metadata: meta,
  /** Not read: objects in a folder of manifests name it, and what is said of it elsewhere is not known. */
  implied: z.boolean().optional(),
  status: z
    .object({ phase: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

/** Its sha256 is enough to tell machines apart, and no secret of theirs where a snapshot is handed on. Of a sum nothing is made. */
const machineID = z
  .string()
  .transform((id) => (id.startsWith('sha256:') ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`))
  .optional()

/** An image that lies on a node, under all names it goes by. A kubelet reports 50 of them, the largest, unless told otherwise. */
const image = z.object({ names: listOf(z.string()), sizeBytes: z.number().optional() })

interface NodeStatus {
  readonly nodeInfo?: {
    readonly kubeletVersion: string
    readonly containerRuntimeVersion?: string
    readonly osImage?: string
    readonly kernelVersion?: string
    readonly machineID?: string
  }
  readonly addresses: readonly { readonly type: string; readonly address: string }[]
  readonly allocatable: Readonly<Record<string, string>>
  /** Whether its condition Ready is true. */
  readonly ready?: boolean
  readonly images: readonly z.infer<typeof image>[]
}

export const node = z.object({
  metadata: meta,
  spec: z
    .object({
      unschedulable: z.boolean().optional(),
      podCIDR: z.string().optional(),
      providerID: z.string().optional(),
      taints: listOf(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() })),
    })
    .nullish()
    .transform((v) => v ?? { taints: [] }),
  status: z
    .object({
      nodeInfo: z
        .object({
          kubeletVersion: z.string(),
          containerRuntimeVersion: z.string().optional(),
          osImage: z.string().optional(),
          kernelVersion: z.string().optional(),
          machineID,
        })
        .optional(),
      addresses: listOf(z.object({ type: z.string(), address: z.string() })),
      allocatable: z
        .record(z.string(), z.string())
        .nullish()
        .transform((v) => v ?? {}),
      ready: z.boolean().optional(),
      conditions: listOf(condition),
      images: listOf(image),
    })
    .nullish()
    .transform((v): NodeStatus => {
      if (v === null || v === undefined) return { addresses: [], allocatable: {}, images: [] }
      const { conditions, ready = isReady(conditions), ...status } = v
      return ready === undefined ? status : { ...status, ready }
    }),
})

/** A ConfigMap's keys; values are looked at once for credentials and dropped. */
export const configMap = z
  .object({
    metadata: meta,
    data: z.record(z.string(), z.string()).nullish(),
    binaryData: z.record(z.string(), z.string()).nullish(),
    keys: z.array(z.object({ name: z.string(), credential: z.boolean() })).optional(),
  })
  .transform(({ metadata, data, binaryData, keys }) => ({
    metadata,
    keys: keys ?? [
      ...Object.entries(data ?? {}).map(([name, value]) => ({ name, credential: isLeakedIn(name, value) })),
      ...Object.keys(binaryData ?? {}).map((name) => ({ name, credential: false })),
    ],
  }))

export const persistentVolumeClaim = z.object({
  metadata: meta,
  spec: z.object({
    storageClassName: z.string().optional(),
    volumeName: z.string().optional(),
    volumeAttributesClassName: z.string().optional(),
    resources: z
      .object({ requests: resourceList })
      .nullish()
      .transform((v) => v ?? { requests: {} }),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      /** While a claim grows: what was given to it already. */
      allocatedResources: resourceList.optional(),
      currentVolumeAttributesClassName: z.string().optional(),
      modifyVolumeStatus: z.object({ targetVolumeAttributesClassName: z.string().optional() }).optional(),
    })
    .nullish()
    .transform((v) => v ?? {}),
})

export const podDisruptionBudget = z.object({
  metadata: meta,
  spec: z.object({
    selector: labelSelector.nullish().transform((v) => v ?? undefined),
    minAvailable: z.union([z.number(), z.string()]).optional(),
    maxUnavailable: z.union([z.number(), z.string()]).optional(),
  }),
})

export const volumeSnapshotClass = z.object({ metadata: meta, driver: z.string(), deletionPolicy: z.string().optional() })

export const volumeSnapshot = z.object({
  metadata: meta,
  spec: z.object({ source: z.object({ persistentVolumeClaimName: z.string().optional() }) }),
  status: z
    .object({ readyToUse: z.boolean().optional(), creationTime: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

export const veleroSchedule = z.object({
  metadata: meta,
  spec: z.object({
    schedule: z.string(),
    paused: z.boolean().optional(),
    template: z
      .object({
        includedNamespaces: listOf(z.string()),
        excludedNamespaces: listOf(z.string()),
        snapshotVolumes: z.boolean().nullish(),
        defaultVolumesToFsBackup: z.boolean().nullish(),
        ttl: z.string().optional(),
      })
      .nullish()
      .transform((v) => v ?? { includedNamespaces: [], excludedNamespaces: [] }),
  }),
  status: z
    .object({ phase: z.string().optional(), lastBackup: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

export const veleroBackup = z.object({
  metadata: meta,
  spec: z
    .object({ includedNamespaces: listOf(z.string()), excludedNamespaces: listOf(z.string()) })
    .nullish()
    .transform((v) => v ?? { includedNamespaces: [], excludedNamespaces: [] }),
  status: z
    .object({ phase: z.string().optional(), completionTimestamp: z.string().optional(), errors: z.number().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})

export const veleroLocation = z.object({
  metadata: meta,
  spec: z.object({ provider: z.string(), accessMode: z.string().optional(), default: z.boolean().optional() }),
  status: z
    .object({ phase: z.string().optional(), lastValidationTime: z.string().optional() })
    .nullish()
    .transform((v) => v ?? {}),
})
