import type { Change } from '#model/change.ts'
import { input } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import type { BackupAnswers } from './questions.ts'

/** Where snapshots go in a bucket, once everything that is needed was answered. */
interface Bucket {
  readonly bucket: string
  readonly credentials: string
}

/** @throws HardenError `input` where the bucket or the Secret is not named */
export function bucketOf(answers: BackupAnswers): Bucket {
  const bucket = given(answers.bucket)
  if (bucket === undefined) throw input('bucket: which bucket do snapshots go to?', 'Name one that exists; it is not created.')
  const credentials = given(answers.credentials)
  if (credentials === undefined)
    throw input(
      'credentials: which Secret holds the credentials of the bucket?',
      `Name one in ${answers.inNamespace} with the keys access-key-id and secret-access-key.`,
    )
  return { bucket, credentials }
}

/** What rclone is told of the store; it reads the credentials from its environment. */
function store(answers: BackupAnswers): string[] {
  const endpoint = given(answers.endpoint)
  return [
    `--s3-provider=${endpoint === undefined ? 'AWS' : 'Other'}`,
    ...(endpoint === undefined ? [] : [`--s3-endpoint=${endpoint}`]),
    `--s3-region=${given(answers.region) ?? 'us-east-1'}`,
    '--s3-env-auth',
    // The credentials may write objects; they need not see or make buckets.
    '--s3-no-check-bucket',
    // Piece by piece: a stream that rclone encrypts cannot be signed as a whole where the store speaks plain HTTP.
    '--s3-upload-cutoff=0',
  ]
}

function sealing(folder: string): string[] {
  return [`--crypt-remote=${folder}`, '--crypt-filename-encryption=off', '--crypt-directory-name-encryption=false']
}

/** The command that sends one file away, word by word: the image needs no shell. */
export function uploadCommand(answers: BackupAnswers, file: string): string[] {
  const folder = `:s3:${bucketOf(answers).bucket}/${answers.prefix}`
  const target = answers.sealed ? [`:crypt:${file}`, ...sealing(folder)] : [`${folder}/${file}`]
  // A fixed name is written anew even where size and time look alike.
  return ['rclone', 'copyto', '--ignore-times', `/backup/${file}`, ...target, ...store(answers)]
}

/** The same way back, for RESTORE.md; a file's name in quotes. */
export function downloadCommand(answers: BackupAnswers, file: string): string {
  const folder = `:s3:${bucketOf(answers).bucket}/${answers.prefix}`
  const source = answers.sealed ? [`:crypt:${file}`, ...sealing(folder)] : [`${folder}/${file}`]
  return ['rclone', 'copyto', ...source, '/root/restore.db', ...store(answers)].join(' ')
}

/** The CronJob that copies the encryption configuration onto a volume of its own; none where that is done by hand. */
export function encryptionCopy(answers: BackupAnswers): Change[] {
  if (answers.encryptionCopy === 'by-hand') return []
  const file = given(answers.encryptionFile)
  if (file === undefined)
    throw input(
      'encryptionFile: which file is the EncryptionConfiguration?',
      'Name the one in --encryption-provider-config of the API server; where there is none, nothing is encrypted: answer encryptionCopy with by-hand.',
    )
  const claim = given(answers.encryptionClaim)
  if (claim === undefined) throw input('encryptionClaim: which volume claim do the copies go to?', 'Name a PersistentVolumeClaim.')
  if (answers.storage === 'volume-claim' && claim === given(answers.claim))
    throw input(
      'encryptionClaim: that is the volume of the snapshots.',
      'Keys beside what they encrypt protect nothing: name another claim, with other readers.',
    )
  const plain = file.replace(/\/$/, '')
  const folder = plain.slice(0, plain.lastIndexOf('/'))
  if (folder === '') throw input('encryptionFile: a file in the root folder.', 'Keep it in a folder of its own: that folder is mounted.')
  return [
    {
      kind: 'apply',
      template: 'etcd-backup/encryption-copy',
      values: {
        namespace: answers.inNamespace,
        schedule: `${answers.atMinute} ${answers.atHour} * * *`,
        image: answers.copyImage,
        source: `/keys/${plain.slice(folder.length + 1)}`,
        folder,
        claim,
        node: given(answers.onNode),
      },
    },
  ]
}
