import type { Change, Impact } from '#model/change.ts'
import { itemsOf, type State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { WAYS } from '../etcd-backup/ways.ts'
import { input, minorVersion, refuseDistributions, requireControlPlaneNode, seenWhole } from '../shared/cluster.ts'
import { given } from '../shared/names.ts'
import { type DrillAnswers, questions, texts, when } from './questions.ts'
import { defaults } from './seen.ts'

export const wizard = defineWizard({
  id: 'etcd-restore-drill',
  area: 'backup',
  title: { en: 'Try a restore of etcd' },
  summary: {
    en:
      'Creates a CronJob that restores a snapshot into a scratch folder, starts a throwaway etcd and API server on it, counts its keys beside ' +
      'the live etcd and reads one Secret with the saved key. The live etcd is not touched.',
  },
  fixes: ['backup/restore-drill'],
  reads: ['namespaces', 'nodes', 'pods', 'cronJobs', 'persistentVolumeClaims'],
  borrows: ['etcd-backup/namespace'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: true,
})

function plan(state: State, answers: DrillAnswers): readonly Change[] {
  refuseDistributions(state, 'A restore drill of etcd', WAYS)
  requireControlPlaneNode(state, 'onNode', given(answers.onNode))
  const { inNamespace: namespace } = answers
  const version = minorVersion(state)
  // A namespace that etcd-backup made is left as it is.
  const exists = seenWhole(state, 'namespaces') && itemsOf(state, 'namespaces').some((n) => n.metadata.name === namespace)
  const home: Change = {
    kind: 'apply',
    template: 'etcd-backup/namespace',
    values: { name: namespace, podSecurityVersion: version === undefined ? 'latest' : `v${version}` },
  }
  return [...(exists ? [] : [home]), { kind: 'apply', template: 'etcd-restore-drill/cron-job', values: values(answers) }, guide(answers)]
}

function values(answers: DrillAnswers) {
  const { inNamespace: namespace, secretNamespace, secretName, etcdImage, apiServerImage, toolImage } = answers
  const key = given(answers.encryptionFile)
  const [folder, file] = key === undefined ? [] : [key.slice(0, key.lastIndexOf('/')), key.slice(key.lastIndexOf('/') + 1)]
  if (folder === '') throw input('encryptionFile: a file in the root folder.', 'Keep it in a folder of its own: that folder is mounted.')
  return {
    namespace,
    secretNamespace,
    secretName,
    etcdImage,
    apiServerImage,
    toolImage,
    schedule: answers.schedule,
    suspend: answers.byHandOnly,
    node: given(answers.onNode),
    snapshot: `/backup/${answers.snapshotFile}`,
    liveMetrics: `${answers.liveMetrics}/metrics`,
    encryptionFlag: file === undefined ? undefined : `--encryption-provider-config=/keys/${file}`,
    keys: folder === undefined ? undefined : { path: folder, type: 'Directory' },
    noKeys: folder === undefined ? {} : undefined,
    ...source(answers),
  }
}

function source({ storage, folder, claim }: DrillAnswers) {
  if (storage === 'node-folder') return { hostPath: { path: folder, type: 'Directory' }, claim: undefined }
  const name = given(claim)
  if (name === undefined)
    throw input('claim: which volume claim holds the snapshots?', 'Name a PersistentVolumeClaim, or answer storage with node-folder.')
  return { hostPath: undefined, claim: { claimName: name, readOnly: true } }
}

function guide({ inNamespace, secretNamespace, secretName }: DrillAnswers): Change {
  const now = `etcd-restore-drill-$(date +%s)`
  return {
    kind: 'guide',
    title: { en: 'The first drill' },
    files: [],
    rollback: [
      {
        title: { en: 'Stop the drills without removing them' },
        commands: [`kubectl -n ${inNamespace} patch cronjob etcd-restore-drill --type=merge -p '{"spec":{"suspend":true}}'`],
      },
    ],
    steps: [
      {
        title: { en: 'Make the Secret whose reading proves the key, unless it is there, and save a snapshot after that' },
        commands: [
          `kubectl -n ${secretNamespace} get secret ${secretName} > /dev/null || kubectl -n ${secretNamespace} create secret generic ${secretName} --from-literal=marker=kubeharden`,
        ],
      },
      {
        title: { en: 'Run one drill now and read what it says' },
        explain: {
          en: 'It takes about 20 seconds. The last line is the verdict; a damaged file, a wrong key or a missing Secret makes the Job fail.',
        },
        commands: [
          `drill=${now}; kubectl -n ${inNamespace} create job --from=cronjob/etcd-restore-drill "$drill"`,
          `kubectl -n ${inNamespace} wait --for=condition=complete --timeout=300s "job/$drill"`,
          `kubectl -n ${inNamespace} logs "job/$drill" --container look`,
        ],
      },
    ],
    proof: { kind: 'check', check: 'backup/restore-drill' },
  }
}

function impact(_state: State, answers: DrillAnswers): readonly Impact[] {
  const lines: Impact[] = [
    {
      level: 'warn',
      text: {
        en: 'While a drill runs, a second etcd and API server run on the node: up to 2 GiB of memory and some CPU for about 20 seconds.',
      },
    },
    {
      level: 'info',
      text: {
        en: 'They listen on loopback ports 23781, 23800 and 16443 of the node only; the API server wants a token that is made for each run.',
      },
    },
  ]
  if (given(answers.encryptionFile) === undefined)
    lines.push({
      level: 'warn',
      text: { en: 'No EncryptionConfiguration is named: where Secrets are encrypted in the snapshot, the drill fails and says so.' },
    })
  return lines
}
