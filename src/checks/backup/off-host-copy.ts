import { defineCheck } from '#model/check.ts'
import { destinationOf, etcdBackups, isManaged, isNodeLocalClass } from '#simulate/etcdBackup.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'
import { MANAGED, NO_JOB } from './texts.ts'

export const check = defineCheck({
  id: 'backup/off-host-copy',
  severity: 'medium',
  controls: { topic: ['T16'] },
  text: {
    title: { en: 'etcd snapshots leave the node they were taken on' },
    why: {
      en: 'A snapshot on the disk of a control-plane node is lost together with that node, which is exactly when it is needed. Whoever breaks into the node can read or delete it.',
    },
    fix: {
      en: 'Write to a network volume, or add a container that uploads the file to object storage, encrypted and with versioning or object lock. Keep the encryption configuration apart from it.',
    },
  },
  reads: ['cronJobs', 'persistentVolumeClaims'],
  messages: {
    upload: { en: 'Container {by} sends the snapshot away.' },
    volume: { en: 'Writes to {where}.' },
    localClaim: { en: 'Writes to claim {where} of storage class {storageClass}, whose volumes are a folder of one node.' },
    node: { en: 'Writes to {where} on the node itself. Where that folder is a network mount, accept this finding.' },
    pod: { en: 'The snapshot ends with the pod: no volume and no upload keep it.' },
    unclear: { en: 'Where the snapshot goes cannot be told from the pod’s volumes and command lines.' },
    ...MANAGED,
    ...NO_JOB,
  },
  examples: {
    bad: `
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
              command: [etcdctl, snapshot, save, /backup/etcd.db]
              volumeMounts: [{ name: backup, mountPath: /backup }]
          volumes: [{ name: backup, hostPath: { path: /var/backups/etcd } }]
`,
    good: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-backup, namespace: kube-system }
spec:
  schedule: 0 2 * * *
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
            - name: save
              command: [etcdctl, snapshot, save, /backup/etcd.db]
              volumeMounts: [{ name: backup, mountPath: /backup }]
          containers:
            - name: upload
              image: docker.io/rclone/rclone:1.71
              args: [copy, /backup, store:etcd]
              volumeMounts: [{ name: backup, mountPath: /backup }]
          volumes: [{ name: backup, emptyDir: {} }]
`,
  },
  evaluate: function* ({ cronJobs, persistentVolumeClaims }, { cluster }) {
    const backups = etcdBackups(cronJobs)
    if (backups.length === 0) {
      const { distribution } = cluster
      yield {
        status: 'not-applicable',
        object: CLUSTER,
        message: isManaged(distribution) ? 'managed' : 'noJob',
        params: params({ distribution }),
      }
    }
    for (const { job } of backups) {
      const at = { object: refTo('cronJobs', job), path: 'spec.jobTemplate.spec.template.spec.volumes' }
      const to = destinationOf(job.spec.jobTemplate.spec.template.spec)
      switch (to.kind) {
        case 'upload':
          yield { status: 'pass', ...at, message: 'upload', params: params({ by: to.by }) }
          break
        case 'nfs':
          yield { status: 'pass', ...at, message: 'volume', params: { where: `the NFS server ${to.server}` } }
          break
        case 'driver':
          yield { status: 'pass', ...at, message: 'volume', params: { where: `a volume of ${to.driver}` } }
          break
        case 'claim': {
          const claim = persistentVolumeClaims.find((c) => c.metadata.name === to.claim && c.metadata.namespace === job.metadata.namespace)
          const storageClass = claim?.spec.storageClassName
          const local = params({ where: to.claim, storageClass: storageClass ?? '' })
          if (isNodeLocalClass(storageClass)) yield { status: 'fail', ...at, saw: storageClass, message: 'localClaim', params: local }
          else yield { status: 'pass', ...at, message: 'volume', params: { where: `claim ${to.claim}` } }
          break
        }
        case 'node':
          yield { status: 'fail', ...at, saw: to.path, message: 'node', params: params({ where: to.path }) }
          break
        case 'pod':
          yield { status: 'fail', ...at, message: 'pod' }
          break
        case 'unclear':
          yield { status: 'unknown', ...at, message: 'unclear' }
      }
    }
  },
})
