import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { refTo, seesCluster } from '#simulate/workloadsRefs.ts'
import { coversNamespace, savesVolumes } from './velero.ts'

export const check = defineCheck({
  id: 'backup/volumes-unprotected',
  severity: 'medium',
  controls: { topic: ['T17'] },
  text: {
    title: { en: 'Volumes with data are backed up' },
    why: {
      en: 'A snapshot of etcd holds no data of volumes. A deleted claim, a dropped table or ransomware in one pod takes the data with it, and nothing in the cluster brings it back.',
    },
    fix: {
      en: 'Cover the namespace with a Velero schedule that includes volumes, or take VolumeSnapshots. Where another program or the application saves its data, accept this finding and say so.',
    },
  },
  reads: ['persistentVolumeClaims', 'volumeSnapshots', 'veleroSchedules', 'namespaces'],
  messages: {
    scheduled: { en: 'Velero schedule {schedule} covers it.' },
    snapshot: { en: 'VolumeSnapshot {snapshot} of it is ready.' },
    none: { en: 'No Velero schedule covers its namespace and it has no ready VolumeSnapshot.' },
    notSeen: { en: 'It has no ready VolumeSnapshot. Whether a Velero schedule covers it cannot be seen with the rights at hand.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, uid: 2f6c0a5e-5d0b-4c0e-9a39-0c4f1b1d7a11 }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data-db-0, namespace: shop }
spec: { storageClassName: fast, volumeName: pv-1 }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, uid: 2f6c0a5e-5d0b-4c0e-9a39-0c4f1b1d7a11 }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data-db-0, namespace: shop }
spec: { storageClassName: fast, volumeName: pv-1 }
---
apiVersion: velero.io/v1
kind: Schedule
metadata: { name: nightly, namespace: velero }
spec: { schedule: 0 1 * * *, template: { includedNamespaces: ['*'], ttl: 720h0m0s } }
`,
  },
  evaluate: function* ({ persistentVolumeClaims, volumeSnapshots, veleroSchedules, namespaces }, { complete }) {
    const schedules = veleroSchedules.filter(savesVolumes)
    for (const claim of persistentVolumeClaims) {
      const { name, namespace = 'default' } = claim.metadata
      if (isSystemNamespace(namespace)) continue
      const object = refTo('persistentVolumeClaims', claim)
      const schedule = schedules.find((s) => coversNamespace(s.spec.template, namespace))?.metadata.name
      const snapshot = volumeSnapshots.find(
        (s) =>
          (s.metadata.namespace ?? 'default') === namespace &&
          s.spec.source.persistentVolumeClaimName === name &&
          (s.status as { readyToUse?: boolean }).readyToUse === true,
      )?.metadata.name
      const params = { schedule: schedule ?? '', snapshot: snapshot ?? '' }
      if (schedule !== undefined) yield { status: 'pass', object, message: 'scheduled', params }
      else if (snapshot !== undefined) yield { status: 'pass', object, message: 'snapshot', params }
      else if (seesCluster(namespaces, complete)) yield { status: 'fail', object, message: 'none' }
      else yield { status: 'unknown', object, message: 'notSeen' }
    }
  },
})
