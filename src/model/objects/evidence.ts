import * as z from 'zod'

/** What a file is on a node; where it lies differs from node to node. */
export const FILE_ROLES = [
  'kube-apiserver-manifest',
  'kube-controller-manager-manifest',
  'kube-scheduler-manifest',
  'etcd-manifest',
  'cni',
  'etcd-data',
  'admin-conf',
  'scheduler-conf',
  'controller-manager-conf',
  'pki-directory',
  'pki-certificate',
  'pki-key',
  'pki-other',
  'kubelet-service',
  'proxy-kubeconfig',
  'kubelet-kubeconfig',
  'kubelet-config',
  'client-ca',
] as const
export type FileRole = (typeof FILE_ROLES)[number]

const id = z.number().int().min(0).max(4_294_967_295)
const account = z.string().min(1).max(256)

const nodeFile = z.object({
  what: z.enum(FILE_ROLES),
  path: z.string().min(1).max(4096).startsWith('/'),
  type: z.enum(['file', 'directory', 'link', 'other']),
  /** Octal, as chmod takes it. */
  mode: z.string().regex(/^[0-7]{1,4}$/, 'is not a mode in octal'),
  uid: id,
  gid: id,
  owner: account,
  group: account,
})
export type NodeFile = z.infer<typeof nodeFile>

/** What the evidence script printed on one node. It comes from a file that an operator was handed: bounded in every part. */
export const nodeEvidence = z.object({
  apiVersion: z.literal('probe.kubeharden/v1').optional(),
  kind: z.literal('NodeEvidence').optional(),
  schemaVersion: z.literal(1),
  metadata: z.object({
    name: z
      .string()
      .max(253)
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, "is not a node's name"),
  }),
  hostname: z.string().max(253),
  takenAt: z.iso.datetime(),
  asRoot: z.boolean(),
  kubelet: z.boolean(),
  files: z.array(nodeFile).max(5000),
  unreadable: z.array(z.string().max(4096)).max(5000),
  sha256: z.record(z.string().regex(/^[a-z-]{1,64}$/), z.string().regex(/^[0-9a-f]{64}$/)),
})
export type NodeEvidence = z.infer<typeof nodeEvidence>

/** Evidence older than this decides nothing any more. */
export const EVIDENCE_DAYS = 30

/** What earlier imports left of a cluster's nodes; a newer document of a node replaces the older one. */
export interface EvidenceStore {
  list(): Promise<readonly NodeEvidence[]>
  save(all: readonly NodeEvidence[]): Promise<void>
}
