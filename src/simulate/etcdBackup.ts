import type { Item } from '#model/kinds.ts'
import type { Container, PodSpec } from '#model/objects/workload.ts'
import type { Distribution } from '#model/state.ts'
import { containersOf } from './workloads.ts'

/** Control planes whose etcd belongs to the provider: it is saved by the provider and cannot be reached from here. */
export function isManaged(distribution: Distribution): boolean {
  return distribution === 'eks' || distribution === 'gke' || distribution === 'aks'
}

/**
 * Does a pod save an etcd snapshot? `saves`: its command line says so, or its image does nothing else. `likely`: the
 * names say so but the command line cannot be read (a script in an image or a ConfigMap, or redacted for its length).
 */
export type Saving = 'saves' | 'likely' | 'no'

const COMMANDS = [
  /\betcdctl\b[^|;&]*\bsnapshot\s+save\b/,
  /\betcdutl\b[^|;&]*\bsnapshot\s+save\b/,
  /\b(?:k3s|rke2)\s+etcd-snapshot(?:\s+save)?\b/,
  /\btalosctl\b[^|;&]*\betcd\s+snapshot\b/,
  /\bcluster-backup\.sh\b/,
  /\betcdbrctl\b[^|;&]*\b(?:snapshot|server)\b/,
]
/** Images that save etcd and do nothing else: Talos' talos-backup, Gardener's etcd-backup-restore, and their like. */
const IMAGES = /(?:^|\/)(?:talos-backup|etcd-backup-restore|etcd-?(?:backup|snapshot)[\w.-]*)(?=[:@]|$)/
const ETCD_IMAGE = /(?:^|\/)etcd(?=[:@]|$)/

/** A container's command line as one string; without a command the image's entry point is guessed from its name. */
function commandLine(container: Container): string {
  const words = [...container.command, ...container.args].join(' ')
  return container.command.length === 0 && ETCD_IMAGE.test(container.image) ? `etcdctl ${words}` : words
}

export function savesEtcd(name: string, spec: PodSpec): Saving {
  const containers = containersOf(spec).map((c) => c.container)
  if (containers.some((c) => COMMANDS.some((command) => command.test(commandLine(c))))) return 'saves'
  if (containers.some((c) => IMAGES.test(c.image))) return 'saves'
  const named = /etcd/i.test(name) && /backup|snapshot|dump/i.test(name)
  const hasCertificates = spec.volumes.some((v) => v.hostPath !== undefined && /\/etcd(?:\/|$|-)/.test(v.hostPath.path))
  return named || (hasCertificates && /backup|snapshot/i.test(name)) ? 'likely' : 'no'
}

/** Does a pod restore a snapshot, as a drill does? */
export function restoresEtcd(spec: PodSpec): boolean {
  return containersOf(spec).some(({ container }) => /\betcd(?:ctl|utl)\b[^|;&]*\bsnapshot\s+restore\b/.test(commandLine(container)))
}

export interface EtcdBackup {
  readonly job: Item<'cronJobs'>
  readonly saving: 'saves' | 'likely'
}

/** The CronJobs that save etcd, or look as if they did. */
export function etcdBackups(cronJobs: readonly Item<'cronJobs'>[]): EtcdBackup[] {
  return cronJobs.flatMap((job) => {
    const saving = savesEtcd(job.metadata.name, job.spec.jobTemplate.spec.template.spec)
    return saving === 'no' ? [] : [{ job, saving }]
  })
}

/** Where a snapshot goes. `upload`: a container that sends it away; `node`: only the disk of the node it was taken on. */
export type Destination =
  | { readonly kind: 'upload'; readonly by: string }
  | { readonly kind: 'claim'; readonly claim: string }
  | { readonly kind: 'nfs'; readonly server: string }
  | { readonly kind: 'driver'; readonly driver: string }
  | { readonly kind: 'node'; readonly path: string }
  | { readonly kind: 'pod' }
  | { readonly kind: 'unclear' }

const UPLOAD_COMMAND =
  /(?:^|[\s/"'|;&(])(?:aws\s+s3(?:api)?|s3cmd|s5cmd|rclone|restic|kopia|borg|gsutil|gcloud\s+storage|azcopy|az\s+storage|mc\s+(?:cp|mirror|pipe)|rsync|scp|sftp)\b|--storage-provider[= ](?!local)/i
const UPLOAD_IMAGE =
  /(?:^|\/)(?:aws-cli|s3cmd|s5cmd|rclone|restic|kopia|mc|azcopy|google-cloud-sdk|cloud-sdk|azure-cli|talos-backup)(?=[:@]|$)/i
/** Host folders that a backup reads: certificates, configuration, etcd's own data. */
const HOST_INPUT = /^\/(?:etc|usr|var\/lib\/etcd|run|var\/run)(?:\/|$)/

/** Read from containers and writable volumes; whether a claim is a folder of the node is told by its class (`isNodeLocalClass`). */
export function destinationOf(spec: PodSpec): Destination {
  const containers = containersOf(spec).map((c) => c.container)
  const uploader = containers.find((c) => UPLOAD_COMMAND.test(commandLine(c)) || UPLOAD_IMAGE.test(c.image))
  if (uploader !== undefined) return { kind: 'upload', by: uploader.name }
  const writable = new Set(containers.flatMap((c) => c.volumeMounts.filter((m) => m.readOnly !== true).map((m) => m.name)))
  const volumes = spec.volumes.filter((v) => writable.has(v.name))
  for (const v of volumes) {
    if (v.persistentVolumeClaim !== undefined) return { kind: 'claim', claim: v.persistentVolumeClaim.claimName }
    if (v.nfs !== undefined) return { kind: 'nfs', server: v.nfs.server }
    if (v.csi !== undefined) return { kind: 'driver', driver: v.csi.driver }
  }
  const host = volumes.find((v) => v.hostPath !== undefined && !HOST_INPUT.test(v.hostPath.path))?.hostPath
  if (host !== undefined) return { kind: 'node', path: host.path }
  // A script of its own may upload; only where each container is seen to run etcd's own tools is it sure that nothing does.
  const plain = /^\s*(?:\S*\/)?etcd(?:ctl|utl)\s/
  return containers.every((c) => plain.test(commandLine(c))) ? { kind: 'pod' } : { kind: 'unclear' }
}

/** Storage classes whose volumes are a folder of one node. */
export function isNodeLocalClass(storageClass: string | undefined): boolean {
  return storageClass !== undefined && /(?:^|-)(?:local-path|local-storage|hostpath|host-path|local)(?:-|$)/i.test(storageClass)
}
