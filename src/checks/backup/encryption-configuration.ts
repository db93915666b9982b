import { defineCheck } from '#model/check.ts'
import type { Item } from '#model/kinds.ts'
import { controlPlane, flag } from '#simulate/controlPlane.ts'
import { type EncryptionCopy, encryptionCopies } from '#simulate/encryptionCopy.ts'
import { isManaged } from '#simulate/etcdBackup.ts'
import { hoursGranted } from '#simulate/etcdBackupSchedule.ts'
import { CLUSTER, params, refTo, seesCluster } from '#simulate/workloadsRefs.ts'
import { isEncrypting, type Provider, providerOf } from '../encryption/observed.ts'
import { MANAGED } from './texts.ts'

const HOUR = 3_600_000
const LOCAL: readonly Provider[] = ['aescbc', 'aesgcm', 'secretbox']

export const check = defineCheck({
  id: 'backup/encryption-configuration',
  severity: 'high',
  controls: { topic: ['T14', 'T16'] },
  text: {
    title: { en: 'The encryption configuration is saved apart' },
    why: {
      en: 'A snapshot of etcd holds what was encrypted, but not the key. Where the key was only on the lost nodes, every Secret of the snapshot is lost with it. Beside the snapshot the key protects nothing.',
    },
    fix: {
      en: 'Copy the file of --encryption-provider-config after each change to where snapshots do not lie and other people may read: a volume of its own (the wizard for etcd backups makes such a CronJob), or a vault. Where it is kept in a way that cannot be seen here, accept this finding and say where.',
    },
  },
  reads: ['cronJobs', 'pods', 'namespaces'],
  helps: ['encryption'],
  messages: {
    saved: {
      en: 'Copies the encryption configuration to {where}. Last succeeded {hours} hours ago; at most {limit} are fine for this schedule.',
    },
    late: { en: 'Copies the encryption configuration, but last succeeded {hours} hours ago; two periods of its schedule are {limit}.' },
    notYet: {
      en: 'Copies the encryption configuration, but has not succeeded yet. Run it once (kubectl -n {namespace} create job --from=cronjob/{name} {name}-first)',
    },
    suspended: { en: 'Would copy the encryption configuration, but is suspended.' },
    beside: {
      en: 'Copies the encryption configuration onto the volume of the snapshots of CronJob {backup}: whoever has that volume has the keys too.',
    },
    onNode: { en: 'Copies the encryption configuration to where it is lost with the node, or with the pod.' },
    unclear: { en: 'Mounts the encryption configuration, but where it copies it to cannot be told.' },
    none: { en: 'Data is encrypted with keys in {file}, and no CronJob copies that file away from the nodes.' },
    notSeen: { en: 'No CronJob that copies {file} was seen, but not the whole cluster could be looked at.' },
    unproven: { en: 'Nothing shows whether data is encrypted with keys in {file}; no CronJob copies it.' },
    off: { en: 'Nothing is encrypted with a key that lies in a file; see encryption/at-rest.' },
    kms: { en: 'The keys are kept by a KMS, and its configuration holds none.' },
    unseen: { en: 'No API server’s command line could be seen, and so not which file holds the keys.' },
    ...MANAGED,
  },
  examples: { bad: encrypted(), good: encrypted(copyTo('2099-02-03T02:00:09Z')) },
  evaluate: function* ({ cronJobs, pods, namespaces, encryption }, { now, cluster, complete }) {
    const { distribution } = cluster
    const servers = controlPlane(pods, 'kube-apiserver')
    const files = [...new Set((servers ?? []).flatMap((server) => flag(server, 'encryption-provider-config') || []))]
    const file = files.join(', ')
    const written = providersIn(encryption, 'to_storage')
    const local = [...written, ...providersIn(encryption, 'from_storage')].some((provider) => LOCAL.includes(provider))
    if (isManaged(distribution))
      return yield { status: 'not-applicable', object: CLUSTER, message: 'managed', params: params({ distribution }) }
    if (servers === undefined) return yield { status: 'unknown', object: CLUSTER, message: 'unseen' }
    if (files.length === 0) return yield { status: 'not-applicable', object: CLUSTER, message: 'off' }
    // What was read tells of former days only: after a restart plain text from before is read, and nothing is written yet.
    if (!local && written.length > 0)
      return yield { status: 'not-applicable', object: CLUSTER, message: written.some(isEncrypting) ? 'kms' : 'off' }
    const copies = encryptionCopies(cronJobs, files)
    for (const copy of copies) yield judged(copy, now)
    if (copies.length > 0) return
    const at = { object: CLUSTER, params: params({ file }) }
    if (!local) yield { status: 'unknown', ...at, message: 'unproven' }
    else if (seesCluster(namespaces, complete)) yield { status: 'fail', ...at, message: 'none' }
    else yield { status: 'unknown', ...at, message: 'notSeen' }
  },
})

/** With what was written or read since the API servers started, Secrets or not. */
function providersIn(probes: readonly Item<'encryption'>[], way: 'to_storage' | 'from_storage'): readonly Provider[] {
  const rows = probes.flatMap(({ transformations }) => transformations)
  return rows.flatMap(({ prefix, direction, count, status }) =>
    direction === way && count > 0 && status === 'OK' ? (providerOf(prefix) ?? []) : [],
  )
}

function judged({ job, to, beside }: EncryptionCopy, now: Date) {
  const object = refTo('cronJobs', job)
  const { name, namespace = 'default' } = job.metadata
  if (job.spec.suspend === true) return { status: 'fail', object, path: 'spec.suspend', saw: 'true', message: 'suspended' } as const
  if (beside !== undefined) return { status: 'fail', object, message: 'beside', params: params({ backup: beside.metadata.name }) } as const
  if (to.kind === 'node' || to.kind === 'pod') return { status: 'fail', object, message: 'onNode' } as const
  if (to.kind === 'unclear') return { status: 'unknown', object, message: 'unclear' } as const
  const { lastSuccessfulTime } = job.status
  const at = { object, path: 'status.lastSuccessfulTime', saw: lastSuccessfulTime ?? 'never' }
  const hours = Math.max(0, Math.round((now.getTime() - Date.parse(lastSuccessfulTime ?? '')) / HOUR))
  if (Number.isNaN(hours)) return { status: 'unknown', ...at, message: 'notYet', params: params({ namespace, name }) } as const
  const limit = hoursGranted(job.spec.schedule)
  if (hours > limit) return { status: 'fail', ...at, message: 'late', params: params({ hours, limit }) } as const
  const where = to.kind === 'claim' ? `claim ${to.claim}` : to.kind === 'nfs' ? `the NFS server ${to.server}` : 'a place outside the node'
  return { status: 'pass', ...at, message: 'saved', params: params({ where, hours, limit }) } as const
}

function encrypted(copy = ''): string {
  return `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system, uid: 2f6c0a5e-5d0b-4c0e-9a39-0c4f1b1d7a11 }
---
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver-node-1, namespace: kube-system, annotations: { kubernetes.io/config.mirror: 0f3a } }
spec: { containers: [{ name: kube-apiserver, command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/enc/config.yaml] }] }
---
apiVersion: probe.kubeharden/v1
kind: EncryptionProbe
metadata: { name: kube-apiserver-1 }
transformations:
  - { resource: secrets, direction: to_storage, prefix: 'k8s:enc:secretbox:v1:', status: OK, count: 40 }
${copy}`
}

function copyTo(last: string): string {
  return `---
apiVersion: batch/v1
kind: CronJob
metadata: { name: etcd-encryption-copy, namespace: etcd-backup }
spec:
  schedule: 17 2 * * *
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: copy
              command: [cp, -p, /keys/config.yaml, /copies/copy.yaml]
              volumeMounts: [{ name: keys, mountPath: /keys, readOnly: true }, { name: copies, mountPath: /copies }]
          volumes:
            - { name: keys, hostPath: { path: /etc/kubernetes/enc } }
            - { name: copies, persistentVolumeClaim: { claimName: keys } }
status: { lastSuccessfulTime: '${last}' } # stands for: last night
`
}
