import type { Change, Impact, Step } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { safe } from '#model/text.ts'
import { defineWizard } from '#model/wizard.ts'
import { input, minorVersion, refuseDistributions, requireControlPlaneNode, seenWhole } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import { type BackupAnswers, questions, texts, when } from './questions.ts'
import { runbook } from './runbook.ts'
import { defaults, membersOf } from './seen.ts'
import { type Slot, slotsOf } from './slots.ts'
import { bucketOf, encryptionCopy, uploadCommand } from './upload.ts'
import { WAYS } from './ways.ts'

export const wizard = defineWizard({
  id: 'etcd-backup',
  area: 'backup',
  title: { en: 'Save etcd on a schedule' },
  summary: {
    en:
      'Creates a namespace and CronJobs that save a snapshot of etcd on a control-plane node and look at it, with a fixed number of files, ' +
      'and writes a runbook for the day you need one.',
  },
  fixes: ['backup/etcd-job', 'backup/off-host-copy', 'backup/encryption-configuration'],
  reads: ['nodes', 'pods', 'persistentVolumeClaims'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: {
    en: 'Undo removes the CronJobs and the namespace. Snapshots already saved in a folder of a node stay there.',
  },
})

function plan(state: State, answers: BackupAnswers): readonly Change[] {
  refuseDistributions(state, 'A backup of etcd', WAYS)
  requireControlPlaneNode(state, 'onNode', given(answers.onNode))
  const slots = slotsOf(answers)
  const namespace = answers.inNamespace
  const version = minorVersion(state)
  return [
    {
      kind: 'apply',
      template: 'etcd-backup/namespace',
      values: { name: namespace, podSecurityVersion: version === undefined ? 'latest' : `v${version}` },
    },
    ...slots.map((slot) => cronJob(state, answers, slot)),
    ...encryptionCopy(answers),
    guide(state, answers),
  ]
}

function cronJob(state: State, answers: BackupAnswers, slot: Slot): Change {
  const values = {
    name: slot.name,
    namespace: answers.inNamespace,
    schedule: slot.schedule,
    image: answers.etcdImage,
    target: `/backup/${slot.file}`,
    node: given(answers.onNode),
    certificateFolder: answers.certificateFolder,
  }
  if (answers.storage !== 's3')
    return { kind: 'apply', template: 'etcd-backup/cron-job', values: { ...values, ...targetOf(state, answers) } }
  const { credentials } = bucketOf(answers)
  const upload = uploadCommand(answers, slot.file)
  return {
    kind: 'apply',
    template: 'etcd-backup/cron-job-s3',
    values: { ...values, credentials, upload, uploadImage: answers.uploadImage, unsealed: !answers.sealed },
  }
}

/** The volume that snapshots go to, as holes of the template. */
function targetOf(state: State, answers: BackupAnswers) {
  if (answers.storage === 'node-folder') return { hostPath: { path: answers.folder, type: 'DirectoryOrCreate' }, claim: undefined }
  const claim = given(answers.claim)
  if (claim === undefined)
    throw input('claim: which volume claim do snapshots go to?', 'Name a PersistentVolumeClaim, or answer storage with node-folder.')
  const exists = itemsOf(state, 'persistentVolumeClaims').some(
    (c) => c.metadata.name === claim && c.metadata.namespace === answers.inNamespace,
  )
  if (!exists && seenWhole(state, 'persistentVolumeClaims'))
    throw input(
      `claim: there is no volume claim ${safe(answers.inNamespace)}/${safe(claim)}.`,
      'Create the namespace and the claim first: its storage class and size are yours to choose.',
    )
  return { hostPath: undefined, claim: { claimName: claim } }
}

function guide(state: State, answers: BackupAnswers): Change {
  const slots = slotsOf(answers)
  const namespace = answers.inNamespace
  const first = slots[0]?.name ?? 'etcd-backup'
  return {
    kind: 'guide',
    title: { en: 'Restoring etcd' },
    files: [{ path: 'RESTORE.md', mode: 0o644, content: { kind: 'text', text: runbook(answers, slots, membersOf(state)) } }],
    rollback: [
      {
        title: { en: 'Stop the backups without removing them' },
        commands: [
          `kubectl -n ${namespace} patch cronjob --type=merge -p '{"spec":{"suspend":true}}' ${slots.map((s) => s.name).join(' ')}`,
        ],
      },
    ],
    steps: [
      ...(answers.storage === 's3' ? [secretStep(answers)] : []),
      {
        title: { en: 'Run one backup now and read what it says' },
        commands: [
          `kubectl -n ${namespace} create job --from=cronjob/${first} etcd-backup-first`,
          `kubectl -n ${namespace} wait --for=condition=complete --timeout=120s job/etcd-backup-first`,
          `kubectl -n ${namespace} logs job/etcd-backup-first --all-containers`,
        ],
      },
      ...apartSteps(answers),
      { title: { en: 'Keep RESTORE.md where it can be read while the cluster is down' } },
    ],
    proof: { kind: 'check', check: 'backup/etcd-job' },
  }
}

/** Its values are typed by the operator; they never pass through here. */
function secretStep(answers: BackupAnswers): Step {
  const files = ['access-key-id', 'secret-access-key', ...(answers.sealed ? ['crypt-password'] : [])]
  return {
    title: { en: 'Make the Secret with the credentials, unless it is there' },
    explain: {
      en: 'Each value in a file of that name, without a line break at its end, readable by you only; remove the files afterwards. `rclone obscure` turns a password into what crypt-password takes.',
    },
    commands: [
      `kubectl -n ${answers.inNamespace} create secret generic ${bucketOf(answers).credentials} ${files.map((f) => `--from-file=${f}`).join(' ')}`,
    ],
  }
}

function apartSteps(answers: BackupAnswers): Step[] {
  const off: Step = {
    title: { en: 'Copy the snapshots off the node' },
    explain: { en: 'A backup on the disk that is lost is lost with it.' },
  }
  const apart: Step =
    answers.encryptionCopy === 'volume-claim'
      ? {
          title: { en: 'Run one copy of the encryption configuration now' },
          commands: [
            `kubectl -n ${answers.inNamespace} create job --from=cronjob/etcd-encryption-copy etcd-encryption-copy-first`,
            `kubectl -n ${answers.inNamespace} wait --for=condition=complete --timeout=60s job/etcd-encryption-copy-first`,
          ],
        }
      : {
          title: { en: 'Keep the encryption configuration, apart from the snapshots' },
          explain: {
            en: 'Another place with other readers: whoever holds both reads every Secret. Without it every encrypted object in a snapshot is lost.',
          },
        }
  return [...(answers.storage === 'node-folder' ? [off] : []), apart]
}

function impact(_state: State, answers: BackupAnswers): readonly Impact[] {
  const lines: Impact[] = [
    {
      level: 'danger',
      text: {
        en: 'Whoever may create pods in {namespace} can read all of etcd: its pods may mount the etcd certificates of the node. Give nobody rights there.',
      },
      params: { namespace: answers.inNamespace },
    },
    {
      level: 'warn',
      text: { en: 'A snapshot holds every object of the cluster. Secrets in it are plain text unless encryption at rest is on.' },
    },
  ]
  if (answers.storage === 's3') lines.push(...ofBucket(answers))
  if (answers.storage === 'node-folder')
    lines.push({
      level: 'warn',
      text: {
        en: '{folder} is on the node whose loss the backup is for: until the files are copied elsewhere, the check for a copy off the node stays red.',
      },
      params: { folder: answers.folder },
    })
  if (answers.retention === 'own-schedule')
    lines.push({
      level: 'warn',
      text: { en: 'Each run adds a file and nothing removes old ones: the storage fills up unless you prune it.' },
    })
  lines.push({
    level: 'info',
    text: { en: 'The look at the snapshot does not prove it: only a restore checks its sha256. Try one now and then.' },
  })
  return lines
}

function ofBucket(answers: BackupAnswers): Impact[] {
  return [
    {
      level: 'warn',
      text: {
        en: 'Whoever holds the credentials in Secret {secret} can overwrite what is in the bucket {bucket}: switch on versioning or object lock there.',
      },
      params: { secret: `${answers.inNamespace}/${answers.credentials ?? ''}`, bucket: answers.bucket ?? '' },
    },
    answers.sealed
      ? {
          level: 'warn',
          text: {
            en: 'Files in the bucket are encrypted by a password of yours. Without a copy of it elsewhere they are lost with the cluster.',
          },
        }
      : {
          level: 'danger',
          text: { en: 'Files in the bucket are readable by whoever reads the bucket, and hold every object of the cluster.' },
        },
  ]
}
