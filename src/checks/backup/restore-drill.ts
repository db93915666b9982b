import { defineCheck } from '#model/check.ts'
import { restoresEtcd } from '#simulate/etcdBackup.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'

const DAY = 86_400_000
const LIMIT_DAYS = 90

export const check = defineCheck({
  id: 'backup/restore-drill',
  severity: 'high',
  controls: { topic: ['T16'] },
  text: {
    title: { en: 'Restoring was tried within the last three months' },
    why: {
      en: 'Neither `snapshot save` nor `snapshot status` notices a damaged file; only a restore does. A backup without a tried restore is a hope: keys are missing, steps are wrong, nobody knows how long it takes.',
    },
    fix: {
      en: 'Restore the newest snapshot into a scratch folder, start a throwaway etcd on it, count its keys, and decrypt one Secret with the saved key. Do it as a Job, or by hand and attest it.',
    },
  },
  reads: ['jobs', 'cronJobs'],
  messages: {
    drilled: { en: 'Restored a snapshot {days} days ago.' },
    ask: { en: 'No restore drill was seen within {limit} days. If one was done elsewhere, attest it with its date and what it showed.' },
  },
  examples: {
    bad: `
apiVersion: batch/v1
kind: Job
metadata: { name: restore-drill, namespace: kube-system }
spec:
  template:
    spec:
      initContainers: [{ name: restore, command: [etcdutl, snapshot, restore, /backup/etcd.db, --data-dir=/scratch/etcd] }]
      containers: [{ name: etcd, command: [etcd, --data-dir=/scratch/etcd] }]
status: { succeeded: 1, completionTime: '2020-02-03T02:00:09Z' }
`,
    good: `
apiVersion: batch/v1
kind: Job
metadata: { name: restore-drill, namespace: kube-system }
spec:
  template:
    spec:
      initContainers: [{ name: restore, command: [etcdutl, snapshot, restore, /backup/etcd.db, --data-dir=/scratch/etcd] }]
      containers: [{ name: etcd, command: [etcd, --data-dir=/scratch/etcd] }]
status: { succeeded: 1, completionTime: '2099-02-03T02:00:09Z' } # stands for: last week
`,
  },
  evaluate: function* ({ jobs, cronJobs }, { now }) {
    const drills = [
      ...jobs
        .filter((j) => (j.status.succeeded ?? 0) > 0 && restoresEtcd(j.spec.template.spec))
        .map((j) => ({ object: refTo('jobs', j), at: j.status.completionTime })),
      ...cronJobs
        .filter((c) => restoresEtcd(c.spec.jobTemplate.spec.template.spec))
        .map((c) => ({ object: refTo('cronJobs', c), at: c.status.lastSuccessfulTime })),
    ]
      .map(({ object, at }) => ({ object, days: Math.floor((now.getTime() - Date.parse(at ?? '')) / DAY) }))
      .filter(({ days }) => days <= LIMIT_DAYS)
    for (const { object, days } of drills) yield { status: 'pass', object, message: 'drilled', params: params({ days: Math.max(0, days) }) }
    if (drills.length === 0) yield { status: 'manual', object: CLUSTER, message: 'ask', params: params({ limit: LIMIT_DAYS }) }
  },
})
