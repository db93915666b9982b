import { defineWizard } from '#model/wizard.ts'
import { impact } from './impact.ts'
import { plan } from './plan.ts'
import { questions, texts, when } from './questions.ts'
import { defaults } from './seen.ts'

export const wizard = defineWizard({
  id: 'network-policies',
  area: 'network',
  title: { en: 'Restrict who may talk to whom' },
  summary: {
    en: 'Writes network policies into the namespaces you name: deny by default with DNS kept working, let one application reach another, keep other namespaces out, or keep pods off the internet.',
  },
  fixes: ['network/default-deny', 'network/default-deny-egress', 'network/metadata-address'],
  reads: ['namespaces', 'networkPolicies', 'services', 'ingresses', 'nodes', 'pods', 'daemonSets', 'roleBindings', 'clusterRoleBindings'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  reversible: true,
})
