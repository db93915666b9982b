import type { Change, GeneratedFile, Probe, Step } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { PLAIN } from '#simulate/encryptionLife.ts'
import { controlPlaneNodes, input, refuseDistributions } from '../shared/cluster.ts'
import { nodeChanges } from '../shared/node/changes.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { nowOn } from '../shared/node/now.ts'
import { nodesOf } from '../shared/node/questions.ts'
import { contentOf } from './files.ts'
import { impact } from './impact.ts'
import { goalOf, keysFor } from './life.ts'
import { planned } from './plan.ts'
import { type EncryptionAnswers, questions, texts, when } from './questions.ts'
import { defaults, providerInUse } from './seen.ts'
import { AFTER, TITLES } from './steps.ts'
import { WAYS } from './ways.ts'

export const wizard = defineWizard({
  id: 'encryption-config',
  area: 'encryption',
  title: { en: 'Encrypt Secrets in etcd, change the key, or go back to plain text' },
  summary: {
    en:
      'Offers exactly the next safe step, from what the API servers announce: the new key known everywhere, then writing, everything stored again and proven, the old one away. ' +
      'It can be left after each step and gone on with days later.',
  },
  fixes: ['encryption/at-rest', 'encryption/provider-strength'],
  reads: ['encryption', 'nodes', 'pods', 'systemConfigs'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  onNodes: true,
  keptIn: 'kubeadm-config',
  reversible: {
    en: 'What is encrypted can be turned back into plain text only while the key still exists. A lost key is a lost Secret: neither undo nor a snapshot brings it back.',
  },
})

function plan(state: State, answers: EncryptionAnswers): readonly Change[] {
  refuseDistributions(state, 'Encryption at rest', WAYS)
  if (answers.situation === 'new-cluster') return [newCluster(state, answers)]
  if (answers.situation === 'rotation' && answers.provider === 'kms' && providerInUse(state)?.provider === 'kms')
    throw input(
      'provider: the plugin in use changes its key by itself; no new file is needed.',
      'Rotate the key in your key service; the API server notices the new key id within minutes. Then kubeharden encryption rewrite.',
    )
  const { goal, step, plan: each } = planned(state, answers)
  return nodeChanges(answers, {
    title: TITLES[step.do],
    tasks: nodesOf(state, answers, controlPlaneNodes(state)).map((node) => ({ node, plan: each, ...nowOn(state, node, each) })),
    proof: proofOf(goal, answers),
    kept: keptFlags(state, [each]),
    more: [AFTER[step.do], KEEP],
  })
}

function proofOf(goal: string, { provider, resources }: EncryptionAnswers): Probe {
  const prefix = goal === PLAIN ? '' : `k8s:enc:${provider}:${provider === 'kms' ? 'v2' : 'v1'}:`
  return { kind: 'encryption', prefix, resources, goal }
}

const KEEP: Step = {
  title: { en: 'Keep the file apart from the etcd snapshots' },
  explain: {
    en: 'This folder holds the key (mode 0600): later steps read it here. A snapshot is worth nothing without it, and protects nothing where both lie together.',
  },
}

/** Nothing is stored yet: the key alone, in place before the first API server starts. */
function newCluster(state: State, answers: EncryptionAnswers): Change {
  const goal = goalOf(state, answers)
  const keyOf = keysFor(state, answers, { order: [], proven: false, between: false })
  const files: GeneratedFile[] = [
    { path: 'encryption-config.yaml', mode: 0o600, content: contentOf([goal], answers, keyOf) },
    {
      path: 'cluster-configuration.yaml',
      mode: 0o644,
      content: { kind: 'template', template: 'encryption-config/cluster-configuration', values: {} },
    },
  ]
  const steps: Step[] = [
    {
      title: { en: 'On each control-plane node, before kubeadm: the file in its folder' },
      commands: [
        'install -d -m 0700 /etc/kubernetes/enc',
        'install -m 0600 encryption-config.yaml /etc/kubernetes/enc/encryption-config.yaml',
      ],
    },
    {
      title: { en: 'Merge cluster-configuration.yaml into the configuration that kubeadm init is given' },
      commands: ['kubeadm config validate --config kubeadm.yaml', 'kubeadm init --config kubeadm.yaml'],
    },
    KEEP,
  ]
  return {
    kind: 'guide',
    title: { en: 'Encryption at rest for a new cluster' },
    files,
    rollback: [{ title: { en: 'Before anything is stored: start kubeadm without these settings' } }],
    steps,
    proof: proofOf(goal, answers),
  }
}
