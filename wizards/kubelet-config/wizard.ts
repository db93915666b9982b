import type { Change, Impact, Step } from '#model/change.ts'
import type { KubeletSetting } from '#model/node.ts'
import { itemsOf, type State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { input, refuseDistributions } from '../shared/cluster.ts'
import { type NodeTask, nodeChanges } from '../shared/node/changes.ts'
import { keptSettings } from '../shared/node/kept.ts'
import { keptLine } from '../shared/node/lines.ts'
import { allNodes, nodesOf } from '../shared/node/questions.ts'
import { type KubeletAnswers, questions, texts, when } from './questions.ts'
import { defaults, nowOf } from './seen.ts'
import { SETTING_IDS, SETTINGS } from './settings.ts'
import { WAYS } from './ways.ts'

export const wizard = defineWizard({
  id: 'kubelet-config',
  area: 'nodes',
  title: { en: 'Harden the kubelets' },
  summary: {
    en: 'Sets fields of the KubeletConfiguration that the CIS benchmark asks for, on one node after the other; each kubelet restarts once, running pods go on. Only what some node does not have yet is suggested.',
  },
  fixes: [...SETTING_IDS.flatMap((id) => SETTINGS[id].check ?? []), 'nodes/kubelet-rotate-serving-certificate'],
  reads: ['nodes', 'kubelets', 'systemConfigs'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  onNodes: true,
  keptIn: 'kubelet-config',
  reversible: true,
})

/** By field: two settings never set the same one. */
function fieldsOf(answers: KubeletAnswers): readonly KubeletSetting[] {
  return answers.settings.flatMap((id): readonly KubeletSetting[] => SETTINGS[id].fields)
}

function plan(state: State, answers: KubeletAnswers): readonly Change[] {
  refuseDistributions(state, 'The kubelet', WAYS)
  const bootstrap = answers.settings.includes('serving-certificate')
  if (bootstrap && answers.way === 'guard')
    throw input(
      'settings: a guard cannot see its own end while its kubelet waits for a certificate.',
      'Set serving-certificate by hand, approve the request, and the rest by guards.',
    )
  const settings = fieldsOf(answers)
  const tasks = nodesOf(state, answers, allNodes(state)).map((node): NodeTask => {
    const now = nowOf(state, node, settings)
    return {
      node,
      plan: { component: 'kubelet', folders: [], files: [], flags: [], mounts: [], settings, withinSeconds: 120 },
      ...(now === undefined ? {} : { now }),
    }
  })
  return nodeChanges(answers, {
    title: { en: 'Configuration of the kubelets' },
    tasks,
    proof: { kind: 'check', check: answers.settings.flatMap((id) => SETTINGS[id].check ?? [])[0] ?? 'nodes/kubelet-anonymous' },
    kept: keptSettings(state, settings),
    more: bootstrap ? [APPROVE] : [],
  })
}

const APPROVE: Step = {
  title: { en: 'On this machine: approve the certificates that the kubelets ask for' },
  explain: {
    en: 'Only those of kubernetes.io/kubelet-serving, only where the requestor is the node itself (system:node:NAME) and the names and addresses in the request are that node’s. Until then logs and exec of its pods fail.',
  },
  commands: [
    'kubectl get csr --field-selector spec.signerName=kubernetes.io/kubelet-serving',
    "kubectl get csr NAME -o jsonpath='{.spec.request}' | base64 -d | openssl req -noout -text",
    'kubectl certificate approve NAME',
  ],
}

function impact(state: State, answers: KubeletAnswers): readonly Impact[] {
  const lines = answers.settings.flatMap((id): Impact[] => {
    const line = SETTINGS[id].impact
    return line === undefined ? [] : [line]
  })
  const unseen = nodesOf(state, answers, allNodes(state)).filter((n) => !itemsOf(state, 'kubelets').some((k) => k.metadata.name === n))
  if (unseen.length > 0)
    lines.push({
      level: 'warn',
      text: { en: 'The configuration in use on {nodes} was not seen: what is set there already is set again.' },
      params: { nodes: unseen.join(', ') },
    })
  return [...lines, ...keptLine(state, keptSettings(state, fieldsOf(answers)), 'kubelet-config')]
}
