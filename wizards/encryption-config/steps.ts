import type { Step } from '#model/change.ts'
import type { Stage, StagedFile } from './files.ts'
import type { EncryptionAnswers } from './questions.ts'

const BACKUP = '/root/kubeharden-backup'
const LIVE = '/etc/kubernetes/enc/encryption-config.yaml'
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

/** The file is written beside the old one and renamed, so that the API server never reads half of it. */
function putFile(path: string): string[] {
  return [
    'install -d -m 0700 -o root -g root /etc/kubernetes/enc',
    `install -m 0600 -o root -g root ${path} ${LIVE}.new`,
    `mv ${LIVE}.new ${LIVE}`,
  ]
}

function hashes(): string[] {
  return [`sha256sum ${LIVE}`, "kubectl get --raw /metrics | grep '^apiserver_encryption_config_controller_last_config_info'"]
}

const CONVERGED: Step = {
  title: { en: 'Wait until every API server uses this file' },
  explain: {
    en: 'The API server reads a changed file within a minute. Go on when the hash in the metric equals the sha256 of the file, asked at each control-plane node. A file that cannot be used keeps the old one in force, and the next restart fails: look at the API server’s log.',
  },
  commands: hashes(),
}

export function backupSteps(): Step[] {
  return [
    {
      title: { en: 'On each control-plane node: keep a copy of what is there, outside the manifests folder' },
      explain: {
        en: 'The kubelet runs every file it finds in the manifests folder, so a copy there would start a second API server or take over the first.',
      },
      commands: [
        `install -d -m 0700 ${BACKUP}`,
        `cp -a ${MANIFEST} ${BACKUP}/`,
        `if [ -d /etc/kubernetes/enc ]; then cp -a /etc/kubernetes/enc ${BACKUP}/; fi`,
      ],
    },
    {
      title: { en: 'Save a snapshot of etcd' },
      explain: { en: 'With the wizard etcd-backup, or by hand. It is the way back if everything else fails.' },
    },
  ]
}

/** The API server of a cluster that has no encryption yet: flag, folder and mount; one node after the other. */
export function enableSteps(): Step[] {
  return [
    {
      title: { en: 'Tell kubeadm, so that the next upgrade keeps the setting' },
      explain: {
        en: 'Merge cluster-configuration.yaml of this folder into the file that the first command writes: its entries of extraArgs and extraVolumes.',
      },
      commands: [
        `kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > ${BACKUP}/kubeadm.yaml`,
        `"\${EDITOR:-vi}" ${BACKUP}/kubeadm.yaml`,
        `kubeadm config validate --config ${BACKUP}/kubeadm.yaml`,
        `kubeadm init phase upload-config kubeadm --config ${BACKUP}/kubeadm.yaml`,
      ],
    },
    {
      title: { en: 'One control-plane node after the other: write the manifest of the API server, and wait until it is ready' },
      explain: {
        en: 'The difference must show two flags, one volume and one mount, nothing else; put the copy back where it shows more (an address, for example). The API of this node is away for about a minute.',
      },
      commands: [
        `kubeadm init phase control-plane apiserver --config ${BACKUP}/kubeadm.yaml`,
        `diff ${BACKUP}/kube-apiserver.yaml ${MANIFEST}`,
        'until kubectl get --raw /readyz; do sleep 2; done',
        'crictl ps --name kube-apiserver',
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

function stageStep({ stage, file }: StagedFile): Step {
  const { title, explain } = STAGE_TEXT[stage]
  return { title: { en: title }, explain: { en: explain }, commands: putFile(file.path) }
}

/** Writes every object again, so that it is stored with the provider that is now first. */
function rewriteStep(resources: readonly string[]): Step {
  return {
    title: { en: 'Write every object again' },
    explain: {
      en: 'The values pass through the machine on which this runs, so run it on a control-plane node and do not store the output. Objects that changed in between are refused with a conflict: run it again until none is.',
    },
    commands: resources.map((r) => `kubectl get ${r} --all-namespaces -o json | kubectl replace -f -`),
  }
}

function proofStep(prefix: string): Step {
  return {
    title: { en: 'Look again' },
    explain: {
      en: 'kubeharden asks the API server which provider it writes with. On a control-plane node the stored bytes can be looked at too: they must start with {prefix}',
    },
    commands: [
      'kubectl create secret generic kubeharden-proof --from-literal=check=stored',
      `crictl exec "$(crictl ps --name '^etcd$' --quiet)" etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key get --print-value-only /registry/secrets/default/kubeharden-proof | head -c ${prefix.length}`,
      'kubectl delete secret kubeharden-proof',
    ],
  }
}

/** All steps of a situation: files in order, each followed by what must be true before the next. */
export function stepsOf(answers: EncryptionAnswers, staged: readonly StagedFile[], prefix: string): Step[] {
  const steps = backupSteps()
  for (const [index, one] of staged.entries()) {
    if (one.stage === 'drop-plain-text' || one.stage === 'drop-old-key') steps.push(rewriteStep(answers.resources), proof(prefix))
    steps.push(stageStep(one))
    if (index === 0 && answers.situation !== 'rotation') steps.push(...enableSteps())
    else steps.push(CONVERGED)
  }
  if (answers.situation === 'new-cluster') steps.push(proof(prefix))
  steps.push({
    title: { en: 'Keep the file in use apart from the etcd snapshots, and save a new snapshot' },
    explain: {
      en: 'A snapshot is worth nothing without the key, and protects nothing where both lie together. Older snapshots, and etcd’s history until it is compacted, still hold what was stored before.',
    },
  })
  return steps
}

function proof(prefix: string): Step {
  const step = proofStep(prefix)
  return { ...step, explain: { en: step.explain?.en.replace('{prefix}', prefix) ?? '' } }
}

/** Shown before the steps. */
export function rollbackOf(answers: EncryptionAnswers, staged: readonly StagedFile[], decryptPath: string): Step[] {
  if (answers.situation === 'rotation')
    return [
      {
        title: { en: 'Put the file of the step before back, on each control-plane node' },
        explain: {
          en: 'Files 1 and 2 hold both keys and can follow each other in either direction. From file 3 go back to file 2, never to the file from before the rotation: it cannot read what the new key wrote.',
        },
        commands: putFile(staged[1]?.file.path ?? ''),
      },
    ]
  const back: Step = {
    title: { en: 'The API server does not start: put its old manifest back, on the node' },
    explain: {
      en: 'Works without the API. Safe as long as nothing was written encrypted; after that what is encrypted cannot be read without the key, so go on with the next step in place of removing the file. The reason is in the log of the container.',
    },
    commands: [
      `cp ${BACKUP}/kube-apiserver.yaml /etc/kubernetes/kube-apiserver.yaml.back && mv /etc/kubernetes/kube-apiserver.yaml.back ${MANIFEST}`,
      'crictl ps -a --name kube-apiserver',
      'tail -n 20 /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log',
    ],
  }
  return [
    back,
    {
      title: { en: 'Something is encrypted already: go back to plain text with the key still known' },
      explain: {
        en: 'Put this file on each control-plane node, wait until it is used, write every object again, and only then take the flags away.',
      },
      commands: [
        ...putFile(decryptPath),
        ...answers.resources.map((r) => `kubectl get ${r} --all-namespaces -o json | kubectl replace -f -`),
      ],
    },
  ]
}
