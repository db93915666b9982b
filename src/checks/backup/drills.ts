import type { Item } from '#model/kinds.ts'
import type { DrillVerdict } from '#model/objects/drill.ts'
import type { ObjectRef } from '#model/refs.ts'
import { restoresEtcd } from '#simulate/etcdBackup.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

const DAY = 86_400_000

/** One restore that was tried. */
export interface Drill {
  readonly object: ObjectRef
  readonly at: number
  readonly days: number
  readonly passed: boolean
  /** What it counted, or why it failed, where its pod is still there and says so. */
  readonly verdict?: DrillVerdict
}

/** Jobs that restored a snapshot or tried to, and CronJobs that know when they last did. */
export function drillsOf(
  jobs: readonly Item<'jobs'>[],
  cronJobs: readonly Item<'cronJobs'>[],
  pods: readonly Item<'pods'>[],
  now: Date,
): readonly Drill[] {
  const ended = jobs.filter((job) => restoresEtcd(job.spec.template.spec)).flatMap((job) => ofJob(job, pods) ?? [])
  const scheduled = cronJobs
    .filter((job) => restoresEtcd(job.spec.jobTemplate.spec.template.spec))
    .map((job) => ({ object: refTo('cronJobs', job), at: Date.parse(job.status.lastSuccessfulTime ?? ''), passed: true }))
    // The Job itself says more, as long as it is there.
    .filter(({ at }) => !Number.isNaN(at) && !ended.some((drill) => drill.at >= at))
  return [...ended, ...scheduled].map((drill) => ({ ...drill, days: Math.max(0, Math.floor((now.getTime() - drill.at) / DAY)) }))
}

function ofJob(job: Item<'jobs'>, pods: readonly Item<'pods'>[]): Omit<Drill, 'days'> | undefined {
  const { succeeded = 0, failed = 0, completionTime, startTime } = job.status
  if (succeeded === 0 && failed === 0) return undefined
  const at = Date.parse(completionTime ?? startTime ?? '')
  if (Number.isNaN(at)) return undefined
  const verdict = pods.find((pod) => isOf(pod, job) && pod.status.drill !== undefined)?.status.drill
  return { object: refTo('jobs', job), at, passed: succeeded > 0, ...(verdict === undefined ? {} : { verdict }) }
}

function isOf({ metadata }: Item<'pods'>, job: Item<'jobs'>): boolean {
  const owned = metadata.ownerReferences.some((owner) => owner.kind === 'Job' && owner.name === job.metadata.name)
  return metadata.namespace === job.metadata.namespace && owned
}
