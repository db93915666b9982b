import type { Item } from '#model/kinds.ts'
import type { PodSpec } from '#model/objects/workload.ts'
import { type Destination, destinationOf, etcdBackups, savesEtcd } from './etcdBackup.ts'

type CronJob = Item<'cronJobs'>

/** A CronJob that mounts the folder of the EncryptionConfiguration from a node and writes elsewhere. */
export interface EncryptionCopy {
  readonly job: CronJob
  readonly to: Destination
  /** The CronJob whose snapshots lie on the same volume: keys beside what they encrypt. */
  readonly beside?: CronJob
}

/** The CronJobs that copy one of these files; what saves etcd is none, whatever it mounts. */
export function encryptionCopies(cronJobs: readonly CronJob[], files: readonly string[]): EncryptionCopy[] {
  const backups = etcdBackups(cronJobs).map(({ job }) => job)
  return cronJobs.flatMap((job) => {
    const spec = podOf(job)
    if (savesEtcd(job.metadata.name, spec) === 'saves' || !files.some((file) => mounts(spec, file))) return []
    const to = destinationOf(spec)
    const beside = to.kind === 'claim' ? backups.find((other) => isOn(other, job, to.claim)) : undefined
    return [{ job, to, ...(beside === undefined ? {} : { beside }) }]
  })
}

const podOf = (job: CronJob): PodSpec => job.spec.jobTemplate.spec.template.spec

/** Is the file, or the folder it lies in, mounted from the node? A folder further up is mounted for other reasons. */
function mounts(spec: PodSpec, file: string): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return spec.volumes.some(({ hostPath }) => {
    const path = hostPath?.path.replace(/\/+$/, '')
    return path !== undefined && path !== '' && (path === file || path === folder)
  })
}

function isOn(backup: CronJob, job: CronJob, claim: string): boolean {
  const to = destinationOf(podOf(backup))
  return backup !== job && backup.metadata.namespace === job.metadata.namespace && to.kind === 'claim' && to.claim === claim
}
