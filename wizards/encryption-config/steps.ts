import type { Step } from '#model/change.ts'
import type { Stage, StagedFile } from './files.ts'
import { BACKUP, copyStep, etcdctl, MANIFEST, type Place, putFile, replaceManifest, rewrites, waitLoaded, waitRestarted } from './node.ts'
import type { EncryptionAnswers } from './questions.ts'

/** Of each API server: the file is the same on all, but one may not have read it yet. */
function loadedStep(place: Place): Step {
  return {
    title: { en: 'On each control-plane node: wait until its API server uses this file' },
    explain: {
      en: 'A changed file is read within a minute or so. Go on when every node has said that it uses the file, and the sha256 is the same on all. A file that cannot be used keeps the old one in force, and the next restart fails: look at the API server’s log.',
    },
    commands: waitLoaded(place),
  }
}

function backupSteps(answers: EncryptionAnswers, { file }: Place): Step[] {
  return [
    {
      title: { en: 'On each control-plane node: keep a copy of what is there, outside the manifests folder' },
      explain: {
        en: 'The kubelet runs every file it finds in the manifests folder, so a copy there would start a second API server or take over the first.',
      },
      commands: [
        `install -d -m 0700 ${BACKUP}`,
        `cp -a ${MANIFEST} ${BACKUP}/`,
        answers.situation === 'rotation'
          ? `cp -a ${file} ${BACKUP}/encryption-config-before.yaml`
          : `if [ -d /etc/kubernetes/enc ]; then cp -a /etc/kubernetes/enc ${BACKUP}/; fi`,
      ],
    },
    {
      title: { en: 'Save a snapshot of etcd' },
      explain: { en: 'With the wizard etcd-backup, or by hand. It is the way back if everything else fails.' },
    },
  ]
}

/** A rotation relies on the file being read again where it is, without a restart. */
function reloadStep({ file }: Place): Step {
  return {
    title: { en: 'On each control-plane node: look that the API server reads this file, and reads it again by itself' },
    explain: {
      en: 'Each line must be found. Where the first is missing, another file is in use: write its path in place of this one in all steps. Where the second is missing, a changed file is only read at a restart: switch automatic reload on first. The folder must be mounted, not the file: a file that is replaced by a rename would still be seen as the old one.',
    },
    commands: [
      `grep -F -e '--encryption-provider-config=${file}' ${MANIFEST} || echo MISSING`,
      `grep -F -e '--encryption-provider-config-automatic-reload=true' ${MANIFEST} || echo MISSING`,
    ],
  }
}

const CLUSTER_CONFIGURATION =
  "kubectl --kubeconfig=/etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}'"

/** The API server of a cluster that has no encryption yet: flag, folder and mount; one node after the other. */
function enableSteps(place: Place): Step[] {
  return [
    {
      title: { en: 'On one control-plane node: tell kubeadm, so that the next upgrade keeps the setting' },
      explain: {
        en: 'Merge cluster-configuration.yaml of this folder into the file that the editor shows: its entries of extraArgs and extraVolumes.',
      },
      commands: [
        `${CLUSTER_CONFIGURATION} > ${BACKUP}/kubeadm-before.yaml`,
        `cp ${BACKUP}/kubeadm-before.yaml ${BACKUP}/kubeadm.yaml`,
        `"\${EDITOR:-vi}" ${BACKUP}/kubeadm.yaml`,
        `kubeadm config validate --config ${BACKUP}/kubeadm.yaml`,
        `kubeadm init phase upload-config kubeadm --config ${BACKUP}/kubeadm.yaml`,
      ],
    },
    {
      title: { en: 'One control-plane node after the other: write the manifest of the API server, and wait for the new one' },
      explain: {
        en: 'The difference must show two flags, one volume and one mount, nothing else; put the copy back where it shows more (an address, for example). The API of this node is away for about a minute. Go on to the next node when this one says ok; where it says NOT READY, run the first step of the way back on it at once.',
      },
      commands: [
        `${CLUSTER_CONFIGURATION} > ${BACKUP}/kubeadm.yaml`,
        ...replaceManifest(`kubeadm init phase control-plane apiserver --config ${BACKUP}/kubeadm.yaml`),
        `diff ${BACKUP}/kube-apiserver.yaml ${MANIFEST}`,
        ...waitRestarted(place, 'run the first step of the way back now'),
      ],
    },
  ]
}

const STAGE_TEXT: Record<Stage, { readonly title: string; readonly explain: string }> = {
  'learn-key': {
    title: 'On each control-plane node: put the file that knows the key and still writes plain text',
    explain: 'Every API server must be able to read what is encrypted before the first one writes it.',
  },
  encrypt: {
    title: 'On each control-plane node: put the file that encrypts',
    explain: 'From now on what is written is encrypted; what is stored already stays as it is until it is written again.',
  },
  'drop-plain-text': {
    title: 'On each control-plane node: put the file that no longer accepts plain text',
    explain: 'Only after everything was written again: what is still stored as plain text can no longer be read with this file.',
  },
  'add-new-key': {
    title: 'On each control-plane node: put the file with the new key in second place',
    explain: 'Every API server must be able to read the new key before the first one writes with it.',
  },
  'promote-new-key': {
    title: 'On each control-plane node: put the file with the new key in first place',
    explain: 'Only after every API server uses the file before. From now on what is written uses the new key.',
  },
  'drop-old-key': {
    title: 'On each control-plane node: put the file without the old key',
    explain:
      'Only after everything was written again. Keep the old key as long as the oldest etcd snapshot: without it the snapshot’s Secrets are lost.',
  },
}

function stageStep({ stage, file }: StagedFile, place: Place): Step {
  const { title, explain } = STAGE_TEXT[stage]
  return { title: { en: title }, explain: { en: explain }, commands: putFile(file.path, place) }
}

/** Writes every object again, so that it is stored with the provider that is now first. */
function rewriteStep(resources: readonly string[]): Step {
  return {
    title: { en: 'Write every object again' },
    explain: {
      en: 'The values pass through the machine on which this runs, so run it on a control-plane node and do not store the output. Objects that changed in between are refused with a conflict: run it again until none is.',
    },
    commands: rewrites(resources),
  }
}

function proof(prefix: string, resources: readonly string[]): Step {
  return {
    title: { en: 'Look again' },
    explain: {
      en: `kubeharden asks the API server which provider it writes with. On a control-plane node the stored bytes can be looked at too: they must start with ${prefix}`,
    },
    ...(resources.includes('secrets')
      ? {
          commands: [
            'export KUBECONFIG=/etc/kubernetes/admin.conf',
            'kubectl -n default create secret generic kubeharden-proof --from-literal=check=stored',
            `${etcdctl('get --print-value-only /registry/secrets/default/kubeharden-proof')} | head -c ${prefix.length}; echo`,
            'kubectl -n default delete secret kubeharden-proof',
          ],
        }
      : {}),
  }
}

/** All steps of a situation: files in order, each followed by what must be true before the next. */
export function stepsOf(answers: EncryptionAnswers, staged: readonly StagedFile[], prefix: string, place: Place): Step[] {
  const rotates = answers.situation === 'rotation'
  const steps = [copyStep(place), ...backupSteps(answers, place), ...(rotates ? [reloadStep(place)] : [])]
  for (const [index, one] of staged.entries()) {
    if (one.stage === 'drop-plain-text' || one.stage === 'drop-old-key')
      steps.push(rewriteStep(answers.resources), proof(prefix, answers.resources))
    steps.push(stageStep(one, place))
    if (index === 0 && !rotates) steps.push(...enableSteps(place))
    else steps.push(loadedStep(place))
  }
  if (answers.situation === 'new-cluster') steps.push(proof(prefix, answers.resources))
  steps.push({
    title: { en: 'Keep the file in use apart from the etcd snapshots, and save a new snapshot' },
    explain: {
      en: 'A snapshot is worth nothing without the key, and protects nothing where both lie together. Older snapshots, and etcd’s history until it is compacted, still hold what was stored before.',
    },
  })
  return steps
}
