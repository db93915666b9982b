import { defineCheck } from '#model/check.ts'
import { CLUSTER, params } from '#simulate/workloadsRefs.ts'
import { type Drill, drillsOf } from './drills.ts'

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
      en: 'The wizard etcd-restore-drill does it as a Job: it restores a snapshot into a scratch folder, starts a throwaway etcd and API server on it, counts its keys, and decrypts one Secret with the saved key. Or do it by hand and attest it.',
    },
  },
  reads: ['jobs', 'cronJobs', 'pods'],
  messages: {
    drilled: { en: 'Restored a snapshot {days} days ago.' },
    proven: {
      en: 'Restored {snapshot} {days} days ago: {keys} keys, where the live etcd held {live} at that moment, and the Secret {secret} was decrypted.',
    },
    failed: { en: 'The last drill, {days} days ago, failed: {reason}.' },
    failedBefore: {
      en: 'The last drill, {days} days ago, failed before anything could be counted: the snapshot cannot be restored, or an image did not start. The log of its pod says which.',
    },
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
  evaluate: function* ({ jobs, cronJobs, pods }, { now }) {
    const drills = drillsOf(jobs, cronJobs, pods, now).filter(({ days }) => days <= LIMIT_DAYS)
    // The newest counts: a drill that fails today is not made good by one that passed last month.
    const newest = drills.reduce<Drill | undefined>((best, drill) => (best === undefined || drill.at > best.at ? drill : best), undefined)
    if (newest === undefined) yield { status: 'manual', object: CLUSTER, message: 'ask', params: params({ limit: LIMIT_DAYS }) }
    else yield found(newest)
  },
})

function found({ object, days, passed, verdict }: Drill) {
  const saw = verdict === undefined ? undefined : verdict.ok ? `${verdict.keys} keys` : verdict.reason
  const at = { object, ...(saw === undefined ? {} : { saw }) }
  if (!passed)
    return verdict?.ok === false
      ? ({ ...at, status: 'fail', message: 'failed', params: params({ days, reason: verdict.reason }) } as const)
      : ({ ...at, status: 'fail', message: 'failedBefore', params: params({ days }) } as const)
  if (verdict?.ok !== true) return { ...at, status: 'pass', message: 'drilled', params: params({ days }) } as const
  const { snapshot, keys, liveKeys: live, secret } = verdict
  return { ...at, status: 'pass', message: 'proven', params: params({ days, snapshot, keys, live, secret }) } as const
}
