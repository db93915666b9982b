import { defineCheck } from '#model/check.ts'
import { etcdBackups, isManaged } from '#simulate/etcdBackup.ts'
import { CLUSTER, params, refTo, seesCluster } from '#simulate/workloadsRefs.ts'
import { MANAGED } from './texts.ts'

/** Distributions that save their datastore by themselves, outside Kubernetes objects. */
const OWN_SNAPSHOTS = new Set(['k3s', 'rke2', 'kops', 'microk8s'])
const OPERATORS = /(?:^|\/)(?:etcd-backup-operator|etcd-operator|etcd-druid|etcd-backup-restore|etcd-defrag-backup)(?=[:@]|$)/

export const check = defineCheck({
  id: 'backup/etcd-job',
  severity: 'high',
  controls: { topic: ['T16'] },
  text: {
    title: { en: 'etcd is saved on a schedule' },
    why: {
      en: 'etcd holds the whole cluster: every object, every Secret. When a disk dies, an upgrade goes wrong or somebody deletes the wrong thing, a snapshot is the only way back.',
    },
    fix: { en: 'Run a CronJob on a control-plane node that calls `etcdctl snapshot save` and keeps the file away from that node.' },
  },
  reads: ['cronJobs', 'deployments', 'statefulSets', 'namespaces'],
  messages: {
    scheduled: { en: 'Saves etcd on the schedule {schedule}.' },
    suspended: { en: 'Would save etcd, but is suspended.' },
    likely: { en: 'Looks like an etcd backup by its name, but its command line does not show one. Look at what its script does.' },
    operator: {
      en: 'An etcd backup operator runs here ({image}). Its schedule cannot be seen: confirm that it saves this cluster’s etcd.',
    },
    ownSnapshots: {
      en: '{distribution} saves its datastore by itself, not by a CronJob. Confirm that it is switched on and that the files leave the node.',
    },
    none: { en: 'No CronJob saves etcd.' },
    notSeen: { en: 'No CronJob that saves etcd was seen, but not the whole cluster could be looked at.' },
    ...MANAGED,
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, uid: 2f6c0a5e-5d0b-4c0e-9a39-0c4f1b1d7a11 }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-backup, namespace: kube-system }
spec:
  schedule: 0 2 * * *
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: save
              image: registry.k8s.io/etcd:3.6.8-0
              command: [etcdctl, snapshot, save, /backup/etcd.db]
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, uid: 2f6c0a5e-5d0b-4c0e-9a39-0c4f1b1d7a11 }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-backup, namespace: kube-system }
spec:
  schedule: 0 2 * * *
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: save
              image: registry.k8s.io/etcd:3.6.8-0
              command: [etcdctl, snapshot, save, /backup/etcd.db]
`,
  },
  evaluate: function* ({ cronJobs, deployments, statefulSets, namespaces }, { cluster, complete }) {
    const { distribution } = cluster
    if (isManaged(distribution)) {
      yield { status: 'not-applicable', object: CLUSTER, message: 'managed', params: params({ distribution }) }
      return
    }
    const backups = etcdBackups(cronJobs)
    for (const { job, saving } of backups) {
      const object = refTo('cronJobs', job)
      const { schedule } = job.spec
      if (saving === 'likely') yield { status: 'unknown', object, saw: schedule, message: 'likely' }
      // A suspended job beside a running one is somebody's spare.
      else if (job.spec.suspend !== true)
        yield { status: 'pass', object, saw: schedule, message: 'scheduled', params: params({ schedule }) }
      else if (!backups.some((b) => b.saving === 'saves' && b.job.spec.suspend !== true))
        yield { status: 'fail', object, path: 'spec.suspend', saw: 'true', message: 'suspended' }
    }
    if (backups.length > 0) return
    const operators = [
      ...deployments.map((d) => ({ object: refTo('deployments', d), spec: d.spec.template.spec })),
      ...statefulSets.map((s) => ({ object: refTo('statefulSets', s), spec: s.spec.template.spec })),
    ].flatMap(({ object, spec }) => spec.containers.filter((c) => OPERATORS.test(c.image)).map((c) => ({ object, image: c.image })))
    for (const { object, image } of operators)
      yield { status: 'manual', object, saw: image, message: 'operator', params: params({ image }) }
    if (operators.length > 0) return
    if (OWN_SNAPSHOTS.has(distribution))
      yield { status: 'manual', object: CLUSTER, message: 'ownSnapshots', params: params({ distribution }) }
    else if (seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
    else yield { status: 'unknown', object: CLUSTER, message: 'notSeen' }
  },
})
