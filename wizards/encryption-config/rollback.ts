import type { Step } from '#model/change.ts'
import type { StagedFile } from './files.ts'
import {
  BACKUP,
  etcdctl,
  MANIFEST,
  MANIFEST_BACK,
  type Place,
  putFile,
  replaceManifest,
  rewrites,
  waitLoaded,
  waitRestarted,
} from './node.ts'
import type { EncryptionAnswers } from './questions.ts'

/** The way back, shown before the steps. */
export function rollbackOf(answers: EncryptionAnswers, staged: readonly StagedFile[], decryptPath: string, place: Place): Step[] {
  if (answers.situation === 'rotation') return [previousFile(staged, place)]
  return [doesNotStart(), backToPlainText(answers, decryptPath, place), nothingEncrypted(answers), flagsAway(place)]
}

function previousFile(staged: readonly StagedFile[], place: Place): Step {
  return {
    title: { en: 'Put the file of the step before back, on each control-plane node' },
    explain: {
      en: 'Files 1 and 2 hold both keys and can follow each other in either direction. From file 3 go back to file 2, never to the file from before the rotation: it cannot read what the new key wrote.',
    },
    commands: [...putFile(staged[1]?.file.path ?? '', place), ...waitLoaded(place)],
  }
}

function doesNotStart(): Step {
  return {
    title: { en: 'The API server does not become ready: put its old manifest back, on the node' },
    explain: {
      en: 'Works without the API and takes about 20 seconds. Safe as long as nothing was written encrypted; after that what is encrypted cannot be read without the key, so go on with the next step in place of removing the file. The reason is in the log of the container.',
    },
    commands: [
      MANIFEST_BACK,
      'crictl ps -a --name kube-apiserver',
      'tail -n 20 /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log',
    ],
  }
}

function backToPlainText(answers: EncryptionAnswers, decryptPath: string, place: Place): Step {
  return {
    title: { en: 'Something is encrypted already: go back to plain text with the key still known' },
    explain: {
      en: 'The file and the wait on each control-plane node; then, once, write every object again, until none is refused with a conflict.',
    },
    commands: [...putFile(decryptPath, place), ...waitLoaded(place), ...rewrites(answers.resources)],
  }
}

/** Looked at before the flags go: a block that is pasted whole must not go on past a wrong answer. */
function nothingEncrypted(answers: EncryptionAnswers): Step {
  // Where a resource of a group is stored is not told by its name.
  const core = answers.resources.filter((r) => !r.includes('.'))
  return {
    title: { en: 'On a control-plane node: look that nothing is encrypted any more' },
    explain: {
      en: 'Each count must be 0. The difference must show the flags, the volume and the mount of the encryption alone; where it shows more (an upgrade since), take these out of the manifest by hand instead of the next step.',
    },
    commands: [
      ...core.map((r) => `${etcdctl(`get --prefix --print-value-only /registry/${r}/`)} | grep -ac '^k8s:enc:'`),
      `diff ${BACKUP}/kube-apiserver.yaml ${MANIFEST}`,
    ],
  }
}

function flagsAway(place: Place): Step {
  return {
    title: { en: 'Only then take the flags away, on one control-plane node after the other' },
    explain: {
      en: 'kubeadm is told on the node that keeps its configuration from before. Go on to the next node when this one says ok. Keep the key as long as the oldest etcd snapshot.',
    },
    commands: [
      `test ! -e ${BACKUP}/kubeadm-before.yaml || kubeadm init phase upload-config kubeadm --config ${BACKUP}/kubeadm-before.yaml`,
      ...replaceManifest(MANIFEST_BACK),
      ...waitRestarted(place, 'look at the log of the API server'),
    ],
  }
}
