import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { problemOfCron } from '../shared/cron.ts'
import { namespaceName, nodePath, objectName, orEmpty } from '../shared/names.ts'

const image = z
  .string()
  .regex(/^[a-z0-9][\w.:/-]*[a-z0-9][:@][\w.:+-]+$/i, {
    error: 'name an image with its tag or digest, such as registry.k8s.io/etcd:3.6.8-0',
  })
  .refine((v) => !v.endsWith(':latest'), { error: 'name a version, so that the tool always fits the data' })

const bucketName = z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
  error: 'not the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes',
})

export const questions = z.strictObject({
  inNamespace: namespaceName.default('etcd-backup'),
  retention: z.enum(['daily-7', 'daily-7-weekly-4', 'six-hourly-4', 'own-schedule']).default('daily-7'),
  atHour: z.int().min(0, { error: 'hours go from 0 to 23' }).max(23, { error: 'hours go from 0 to 23' }).default(2),
  atMinute: z.int().min(0, { error: 'minutes go from 0 to 59' }).max(59, { error: 'minutes go from 0 to 59' }).default(17),
  schedule: orEmpty(
    z.string().superRefine((value, context) => {
      const problem = problemOfCron(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    }),
  ),
  storage: z.enum(['node-folder', 'volume-claim', 's3']).default('node-folder'),
  folder: nodePath
    .refine((v) => !/^\/(etc|usr|bin|sbin|lib|boot|proc|sys|dev|run|var\/lib\/etcd|var\/lib\/kubelet)(\/|$)/.test(v), {
      error: 'this folder belongs to the system or to etcd itself; use one of its own, such as /var/backups/etcd',
    })
    .default('/var/backups/etcd'),
  claim: orEmpty(objectName),
  bucket: orEmpty(bucketName),
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/, { error: 'plain words with slashes between them, such as cluster-a/etcd' })
    .default('etcd'),
  endpoint: orEmpty(z.string().regex(/^https?:\/\/[\w.:[\]-]+$/, { error: 'an address without a path, such as https://s3.example.com' })),
  region: orEmpty(z.string().regex(/^[a-z0-9-]+$/, { error: 'a region as the provider writes it, such as eu-central-1' })),
  credentials: orEmpty(objectName),
  sealed: z.boolean().default(true),
  uploadImage: image.default('docker.io/rclone/rclone:1.71.2'),
  encryptionCopy: z.enum(['by-hand', 'volume-claim']).default('by-hand'),
  encryptionFile: orEmpty(nodePath),
  encryptionClaim: orEmpty(objectName),
  copyImage: image.default('docker.io/library/busybox:1.37'),
  onNode: orEmpty(objectName),
  etcdImage: image.default('registry.k8s.io/etcd:3.6.8-0'),
  certificateFolder: nodePath.default('/etc/kubernetes/pki/etcd'),
})
export type BackupAnswers = z.output<typeof questions>

export const when: Conditions = {
  atHour: { retention: ['daily-7', 'daily-7-weekly-4'] },
  atMinute: { retention: ['daily-7', 'daily-7-weekly-4', 'six-hourly-4'] },
  schedule: { retention: ['own-schedule'] },
  folder: { storage: ['node-folder'] },
  claim: { storage: ['volume-claim'] },
  bucket: { storage: ['s3'] },
  prefix: { storage: ['s3'] },
  endpoint: { storage: ['s3'] },
  region: { storage: ['s3'] },
  credentials: { storage: ['s3'] },
  sealed: { storage: ['s3'] },
  uploadImage: { storage: ['s3'] },
  encryptionFile: { encryptionCopy: ['volume-claim'] },
  encryptionClaim: { encryptionCopy: ['volume-claim'] },
  copyImage: { encryptionCopy: ['volume-claim'] },
}

export const texts = {
  inNamespace: {
    label: { en: 'Namespace of the backup' },
    help: {
      en: 'Created for the backup alone: its pods need the etcd certificates of the node, so whoever may run pods there is as good as root.',
    },
  },
  retention: {
    label: { en: 'How many are kept' },
    help: {
      en: 'daily-7: one for each day of the week. daily-7-weekly-4: also the 1st, 8th, 15th and 22nd of the month. six-hourly-4: one for each quarter of a day. own-schedule: a new file each time, and nothing removes old ones.',
    },
  },
  atHour: { label: { en: 'Hour' }, help: { en: '0 to 23, in the time zone of the controller manager, mostly UTC.' } },
  atMinute: { label: { en: 'Minute' }, help: { en: '0 to 59. An odd minute avoids the rush of the full hour.' } },
  schedule: {
    label: { en: 'Schedule' },
    help: { en: 'Five fields as in cron: minute, hour, day, month, weekday, such as 17 */4 * * * for every four hours.' },
  },
  storage: {
    label: { en: 'Where snapshots go' },
    help: {
      en: 'node-folder: onto the disk of the control-plane node; copy them elsewhere yourself. volume-claim: onto a volume, which can lie outside the node. s3: into a bucket of an S3-compatible store.',
    },
  },
  folder: { label: { en: 'Folder on the node' }, help: { en: 'Created if it is not there. It should not be on the disk of etcd.' } },
  claim: {
    label: { en: 'Volume claim' },
    help: { en: 'A PersistentVolumeClaim in the namespace of the backup, on storage that outlives the node.' },
  },
  bucket: {
    label: { en: 'Bucket' },
    help: { en: 'It must exist. Switch on versioning or object lock in it, so that what is saved cannot be taken back.' },
  },
  prefix: {
    label: { en: 'Folder in the bucket' },
    help: { en: 'One of its own for each cluster: two clusters would overwrite each other’s files.' },
  },
  endpoint: { label: { en: 'Address of the store' }, help: { en: 'Such as https://minio.example.com:9000. Left empty: AWS.' } },
  region: {
    label: { en: 'Region' },
    help: { en: 'As the provider writes it. Left empty: us-east-1, which most stores of one’s own take.' },
  },
  credentials: {
    label: { en: 'Secret with the credentials' },
    help: {
      en: 'In the namespace of the backup, made by you, with the keys access-key-id and secret-access-key. Let it write to this bucket only, and not delete.',
    },
  },
  sealed: {
    label: { en: 'Encrypt before the upload' },
    help: {
      en: 'By rclone crypt, with the key crypt-password of the same Secret (as `rclone obscure` prints it). Keep that password elsewhere too: without it the files are lost.',
    },
  },
  uploadImage: {
    label: { en: 'Image that uploads' },
    help: { en: 'Holds rclone: one program that speaks to every S3-compatible store, needs no shell, and can encrypt.' },
  },
  encryptionCopy: {
    label: { en: 'Copy of the encryption configuration' },
    help: {
      en: 'by-hand: you keep it yourself, see RESTORE.md. volume-claim: a second CronJob puts a copy of each day onto another volume, never beside the snapshots.',
    },
  },
  encryptionFile: {
    label: { en: 'EncryptionConfiguration on the node' },
    help: { en: 'The file that --encryption-provider-config of the API server names.' },
  },
  encryptionClaim: {
    label: { en: 'Volume claim for the copies' },
    help: { en: 'Another one than that of the snapshots, and with other readers: whoever holds both reads every Secret.' },
  },
  copyImage: { label: { en: 'Image that copies' }, help: { en: 'Any with cp, such as busybox.' } },
  onNode: {
    label: { en: 'Control-plane node' },
    help: {
      en: 'Each member holds all data, so one node is enough, and the files then lie in one place. Left empty: any control-plane node.',
    },
  },
  etcdImage: { label: { en: 'Image of etcd' }, help: { en: 'Holds etcdctl and etcdutl; the same version as the etcd that is saved.' } },
  certificateFolder: {
    label: { en: 'Folder of the etcd certificates' },
    help: { en: 'On the node, with ca.crt, healthcheck-client.crt and healthcheck-client.key, as kubeadm writes them.' },
  },
} as const
