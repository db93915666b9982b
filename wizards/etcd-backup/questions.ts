import * as z from 'zod'
import type { Conditions } from '#model/questions.ts'
import { problemOfCron } from '../shared/cron.ts'
import { namespaceName, nodePath, objectName, orEmpty } from '../shared/names.ts'

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
  storage: z.enum(['node-folder', 'volume-claim']).default('node-folder'),
  folder: nodePath
    .refine((v) => !/^\/(etc|usr|bin|sbin|lib|boot|proc|sys|dev|run|var\/lib\/etcd|var\/lib\/kubelet)(\/|$)/.test(v), {
      error: 'this folder belongs to the system or to etcd itself; use one of its own, such as /var/backups/etcd',
    })
    .default('/var/backups/etcd'),
  claim: orEmpty(objectName),
  onNode: orEmpty(objectName),
  etcdImage: z
    .string()
    .regex(/^[a-z0-9][\w.:/-]*[a-z0-9][:@][\w.:+-]+$/i, {
      error: 'name an image with its tag or digest, such as registry.k8s.io/etcd:3.6.8-0',
    })
    .refine((v) => !v.endsWith(':latest'), { error: 'name a version, so that the tool always fits the data' })
    .default('registry.k8s.io/etcd:3.6.8-0'),
  certificateFolder: nodePath.default('/etc/kubernetes/pki/etcd'),
})
export type BackupAnswers = z.output<typeof questions>

export const when: Conditions = {
  atHour: { retention: ['daily-7', 'daily-7-weekly-4'] },
  atMinute: { retention: ['daily-7', 'daily-7-weekly-4', 'six-hourly-4'] },
  schedule: { retention: ['own-schedule'] },
  folder: { storage: ['node-folder'] },
  claim: { storage: ['volume-claim'] },
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
      en: 'node-folder: onto the disk of the control-plane node; copy them elsewhere yourself. volume-claim: onto a volume, which can lie outside the node.',
    },
  },
  folder: { label: { en: 'Folder on the node' }, help: { en: 'Created if it is not there. It should not be on the disk of etcd.' } },
  claim: {
    label: { en: 'Volume claim' },
    help: { en: 'A PersistentVolumeClaim in the namespace of the backup, on storage that outlives the node.' },
  },
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
