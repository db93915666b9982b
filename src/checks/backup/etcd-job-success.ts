import { defineCheck } from '#model/check.ts'
import { etcdBackups, isManaged } from '#simulate/etcdBackup.ts'
import { hoursGranted } from '#simulate/etcdBackupSchedule.ts'
import { CLUSTER, refTo } from '#simulate/workloadsRefs.ts'
import { MANAGED, NO_JOB } from './texts.ts'

const HOUR = 3_600_000

export const check = defineCheck({
  id: 'backup/etcd-job-success',
  severity: 'high',
  controls: { topic: ['T16'] },
  text: {
    title: { en: 'The last etcd backup succeeded, and not long ago' },
    why: { en: 'A backup that fails silently is found out on the day it is needed. Everything since the last good snapshot is lost then.' },
    fix: {
      en: 'Look at the newest Job of the CronJob and its pod’s log (`kubectl logs job/NAME`). Common causes: the etcd certificates’ path, a full disk, a node selector that fits no node.',
    },
  },
  reads: ['cronJobs'],
  messages: {
    fresh: { en: 'Last succeeded {hours} hours ago; at most {limit} are fine for this schedule.' },
    late: { en: 'Last succeeded {hours} hours ago; two periods of its schedule are {limit}.' },
    never: { en: 'Has never succeeded, though it is {hours} hours old.' },
    notYet: { en: 'Has not succeeded yet; it is still new.' },
    unreadable: { en: 'When it last succeeded could not be read.' },
    suspended: { en: 'Is suspended; see backup/etcd-job.' },
    ...MANAGED,
    ...NO_JOB,
  },
  examples: {
    bad: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-backup, namespace: kube-system, creationTimestamp: '2020-01-01T00:00:00Z' }
spec:
  schedule: 0 2 * * *
  jobTemplate:
    spec: { template: { spec: { containers: [{ name: save, command: [etcdctl, snapshot, save, /backup/etcd.db] }] } } }
status: { lastSuccessfulTime: '2020-02-03T02:00:09Z' }
`,
    good: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-backup, namespace: kube-system, creationTimestamp: '2020-01-01T00:00:00Z' }
spec:
  schedule: 0 2 * * *
  jobTemplate:
    spec: { template: { spec: { containers: [{ name: save, command: [etcdctl, snapshot, save, /backup/etcd.db] }] } } }
status: { lastSuccessfulTime: '2099-02-03T02:00:09Z' } # stands for: last night
`,
  },
  evaluate: function* ({ cronJobs }, { now, cluster }) {
    const jobs = etcdBackups(cronJobs).map((b) => b.job)
    if (jobs.length === 0) {
      const { distribution } = cluster
      yield { status: 'not-applicable', object: CLUSTER, message: isManaged(distribution) ? 'managed' : 'noJob', params: { distribution } }
    }
    const hoursSince = (time: string) => Math.round((now.getTime() - Date.parse(time)) / HOUR)
    for (const job of jobs) {
      const object = refTo('cronJobs', job)
      const { lastSuccessfulTime } = job.status
      const { creationTimestamp } = job.metadata
      const limit = hoursGranted(job.spec.schedule)
      const at = { object, path: 'status.lastSuccessfulTime', saw: lastSuccessfulTime ?? 'never' }
      const hours = hoursSince(lastSuccessfulTime ?? creationTimestamp ?? '')
      const params = { hours: Math.max(0, hours), limit }
      if (job.spec.suspend === true) yield { status: 'not-applicable', object, message: 'suspended' }
      else if (Number.isNaN(hours)) yield { status: 'unknown', ...at, message: 'unreadable' }
      else if (lastSuccessfulTime === undefined && hours > limit) yield { status: 'fail', ...at, message: 'never', params }
      else if (lastSuccessfulTime === undefined) yield { status: 'unknown', ...at, message: 'notYet' }
      else if (hours > limit) yield { status: 'fail', ...at, message: 'late', params }
      else yield { status: 'pass', ...at, message: 'fresh', params }
    }
  },
})
