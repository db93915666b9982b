import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { problemOfCron } from '../shared/cron.ts'
import { namespaceName, nodePath, objectName, orEmpty } from '../shared/names.ts'

const image = z
  .string()
  .regex(/^[a-z0-9][\w.:/-]*[a-z0-9][:@][\w.:+-]+$/i, {
    error: 'name an image with its tag or digest, such as registry.k8s.io/etcd:3.6.8-0',
  })
  .refine((v) => !v.endsWith(':latest'), { error: 'name a version, so that a drill means the same each time' })

export const questions = z.strictObject({
  inNamespace: namespaceName.default('etcd-backup'),
  storage: z.enum(['node-folder', 'volume-claim']).default('node-folder'),
  folder: nodePath.default('/var/backups/etcd'),
  claim: orEmpty(objectName),
  snapshotFile: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, { error: 'the name of one file, such as etcd-sunday.db' })
    .default('etcd-sunday.db'),
  encryptionFile: orEmpty(nodePath),
  secretNamespace: namespaceName.default('etcd-backup'),
  secretName: objectName.default('drill-marker'),
  byHandOnly: z.boolean().default(false),
  schedule: z
    .string()
    .superRefine((value, context) => {
      const problem = problemOfCron(value)
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    })
    .default('23 4 1 * *'),
  onNode: orEmpty(objectName),
  etcdImage: image.default('registry.k8s.io/etcd:3.6.8-0'),
  apiServerImage: image.default('registry.k8s.io/kube-apiserver:v1.36.3'),
  toolImage: image.default('docker.io/library/busybox:1.37'),
  liveMetrics: z
    .string()
    .regex(/^http:\/\/[\w.:[\]-]+$/, { error: 'an address without a path, such as http://127.0.0.1:2381' })
    .default('http://127.0.0.1:2381'),
})
export type DrillAnswers = z.output<typeof questions>

export const when: Conditions = {
  folder: { storage: ['node-folder'] },
  claim: { storage: ['volume-claim'] },
  schedule: { byHandOnly: [false] },
}

export const texts = {
  inNamespace: {
    label: { en: 'Namespace of the drill' },
    help: { en: 'That of the backup: it lets pods through that mount folders of the node, and nobody should hold rights in it.' },
  },
  storage: { label: { en: 'Where snapshots are' }, help: { en: 'node-folder: on the control-plane node. volume-claim: on a volume.' } },
  folder: { label: { en: 'Folder on the node' }, help: { en: 'The one that etcd-backup writes to.' } },
  claim: { label: { en: 'Volume claim' }, help: { en: 'In the namespace of the drill. It is mounted read-only.' } },
  snapshotFile: {
    label: { en: 'Snapshot to restore' },
    help: { en: 'The file of one day: each week it is another snapshot, so one name is enough.' },
  },
  encryptionFile: {
    label: { en: 'Saved EncryptionConfiguration' },
    help: {
      en: 'On the node: the copy that is kept apart from the snapshots, so that the drill proves that very copy. Left empty: nothing is encrypted. Its folder is mounted into the throwaway API server only.',
    },
  },
  secretNamespace: { label: { en: 'Namespace of the marked Secret' }, help: { en: 'The Secret whose reading proves that the key fits.' } },
  secretName: {
    label: { en: 'Marked Secret' },
    help: { en: 'Any Secret that was there when the snapshot was made; the steps make drill-marker, which holds nothing of worth.' },
  },
  byHandOnly: {
    label: { en: 'Only when started by hand' },
    help: { en: 'Yes: the CronJob is suspended and only serves as a form for Jobs.' },
  },
  schedule: { label: { en: 'Schedule' }, help: { en: 'Five fields as in cron. Once a month is a good habit: 23 4 1 * *.' } },
  onNode: { label: { en: 'Control-plane node' }, help: { en: 'The one that holds the snapshots. Left empty: any control-plane node.' } },
  etcdImage: { label: { en: 'Image of etcd' }, help: { en: 'Holds etcd, etcdctl and etcdutl; the same version as the live etcd.' } },
  apiServerImage: {
    label: { en: 'Image of the API server' },
    help: { en: 'The same version as the live one: only that surely reads what it wrote.' },
  },
  toolImage: { label: { en: 'Image with a shell' }, help: { en: 'Any with sh, wget, awk and od, such as busybox.' } },
  liveMetrics: {
    label: { en: 'Metrics of the live etcd' },
    help: {
      en: 'Where it tells how many keys it holds, as --listen-metrics-urls says; without credentials, on the loopback address of the node.',
    },
  },
} as const
