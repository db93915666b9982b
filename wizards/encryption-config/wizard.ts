import type { Change, GeneratedFile, Impact } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { input, refuseDistributions } from '../shared/cluster.ts'
import { decryptFile, newKeyName, stagedFiles } from './files.ts'
import { placeOf } from './node.ts'
import { type EncryptionAnswers, questions, texts, when } from './questions.ts'
import { rollbackOf } from './rollback.ts'
import { defaults, providerInUse } from './seen.ts'
import { stepsOf } from './steps.ts'
import { WAYS } from './ways.ts'

export const wizard = defineWizard({
  id: 'encryption-config',
  area: 'encryption',
  title: { en: 'Encrypt Secrets in etcd, or change the key' },
  summary: {
    en:
      'Writes EncryptionConfigurations with a new random key into a folder, in the order in which they go onto the control-plane nodes, with numbered steps and the way back. ' +
      'Nothing is changed on the nodes by this program.',
  },
  fixes: ['encryption/at-rest', 'encryption/provider-strength'],
  reads: ['encryption', 'nodes', 'pods'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: {
    en: 'What is encrypted can be turned back into plain text only while the key still exists. A lost key is a lost Secret: neither undo nor a snapshot brings it back.',
  },
})

function plan(state: State, answers: EncryptionAnswers): readonly Change[] {
  refuseDistributions(state, 'Encryption at rest', WAYS)
  if (answers.situation === 'rotation' && answers.provider === 'kms' && providerInUse(state)?.provider === 'kms')
    throw input(
      'provider: the plugin in use changes its key by itself; no new file is needed.',
      'Rotate the key in your key service; the API server notices the new key id within minutes. Then write every object again.',
    )
  const staged = stagedFiles(state, answers)
  const prefix = `k8s:enc:${answers.provider}:${answers.provider === 'kms' ? 'v2' : 'v1'}:`
  const decrypt = decryptFile(state, answers)
  const place = placeOf(state, answers.situation === 'rotation')
  return [
    {
      kind: 'guide',
      title: TITLES[answers.situation],
      files: [...staged.map((s) => s.file), ...(answers.situation === 'rotation' ? [] : [decrypt, clusterConfiguration()])],
      rollback: rollbackOf(answers, staged, decrypt.path, place),
      steps: stepsOf(answers, staged, prefix, place),
      proof: { kind: 'encryption', prefix, resources: answers.resources },
    },
  ]
}

const TITLES = {
  'new-cluster': { en: 'Encryption at rest for a new cluster' },
  'first-encryption': { en: 'First encryption of a cluster in use' },
  rotation: { en: 'A new key for encryption at rest' },
} as const

function clusterConfiguration(): GeneratedFile {
  return {
    path: 'cluster-configuration.yaml',
    mode: 0o644,
    content: { kind: 'template', template: 'encryption-config/cluster-configuration', values: {} },
  }
}

const PROVIDER_LINES: Record<EncryptionAnswers['provider'], Impact | undefined> = {
  secretbox: undefined,
  aesgcm: {
    level: 'warn',
    text: { en: 'aesgcm is only safe with a new key before 200,000 writes; put the rotation into your calendar, or choose secretbox.' },
  },
  aescbc: { level: 'warn', text: { en: 'aescbc does not notice when a stored value was tampered with; secretbox does.' } },
  kms: {
    level: 'warn',
    text: {
      en: 'While the plugin does not answer, the API server cannot read what it encrypted, and after a restart does not become ready.',
    },
  },
}

function impact(state: State, answers: EncryptionAnswers): readonly Impact[] {
  const seen = providerInUse(state)
  const lines: Impact[] = [
    {
      level: 'danger',
      text: { en: 'Whoever loses the key loses what it encrypts: {what}. Keep a copy of the file apart from the etcd snapshots.' },
      params: { what: answers.resources.join(', ') },
    },
  ]
  const provider = PROVIDER_LINES[answers.provider]
  if (provider !== undefined) lines.push(provider)
  else
    lines.push({
      level: 'info',
      text: {
        en: 'The key lies in a file on the control-plane nodes: it protects snapshots and disks, not against somebody who is root there.',
      },
    })
  if (answers.situation === 'rotation') {
    lines.push({
      level: 'info',
      text: { en: 'The new key is {name}; with automatic reload no API server restarts.' },
      params: { name: newKeyName(state, answers) },
    })
    if (seen === undefined)
      lines.push({
        level: 'warn',
        text: { en: 'It was not seen that anything is encrypted now. If it is plain text, answer situation with first-encryption.' },
      })
  } else {
    lines.push({
      level: 'warn',
      text: { en: 'Each API server restarts once: its API is away for about a minute. Do one control-plane node after the other.' },
    })
    if (seen !== undefined)
      lines.push({
        level: 'danger',
        text: {
          en: 'Something is encrypted with {provider} already: without its key in the new files it can no longer be read. Answer situation with rotation.',
        },
        params: { provider: seen.provider },
      })
  }
  lines.push({
    level: 'info',
    text: { en: 'Old revisions in etcd until compaction, and every older snapshot, keep what was stored before.' },
  })
  return lines
}
