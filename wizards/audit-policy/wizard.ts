import type { Change } from '#model/change.ts'
import type { State } from '#model/state.ts'
import { defineWizard } from '#model/wizard.ts'
import { controlPlaneNodes, input, refuseDistributions } from '../shared/cluster.ts'
import { nodeChanges } from '../shared/node/changes.ts'
import { keptFlags } from '../shared/node/kept.ts'
import { nowOn } from '../shared/node/now.ts'
import { nodesOf } from '../shared/node/questions.ts'
import { impact } from './impact.ts'
import { measure } from './measure.ts'
import { auditPlan } from './plan.ts'
import { type AuditAnswers, questions, texts, when } from './questions.ts'
import { defaults } from './seen.ts'
import { WAYS } from './ways.ts'

export const wizard = defineWizard({
  id: 'audit-policy',
  area: 'audit',
  title: { en: 'Record who does what: an audit policy' },
  summary: {
    en:
      'Writes an audit policy from what shall be recorded, its folders, and the flags of the API server that go with it, on each control-plane node, one after the other. ' +
      'What Secrets, ConfigMaps and tokens hold is never recorded, whatever is answered.',
  },
  fixes: ['audit/policy', 'audit/log-path', 'audit/log-max-age', 'audit/log-max-backup', 'audit/log-max-size'],
  reads: ['pods', 'nodes', 'apiServers', 'systemConfigs'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  measure,
  onNodes: true,
  keptIn: 'kubeadm-config',
  reversible: true,
})

function plan(state: State, answers: AuditAnswers): readonly Change[] {
  refuseDistributions(state, 'Auditing', WAYS)
  if (answers.record.length === 0 && answers.others === 'none')
    throw input('record: nothing would be recorded.', 'Choose at least one, or record everything else at metadata.')
  const each = auditPlan(answers)
  return nodeChanges(answers, {
    title: { en: 'An audit policy for the API server' },
    tasks: nodesOf(state, answers, controlPlaneNodes(state)).map((node) => ({ node, plan: each, ...nowOn(state, node, each) })),
    proof: { kind: 'check', check: 'audit/policy' },
    kept: keptFlags(state, [each]),
    more: [
      {
        title: { en: 'See that it records, on each control-plane node' },
        explain: { en: 'The file grows. One that does not appear on the node itself lies inside the container, and the mount is wrong.' },
        commands: [`ls -l ${answers.logFolder}`],
      },
    ],
  })
}
