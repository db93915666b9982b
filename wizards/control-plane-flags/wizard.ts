import { defineWizard } from '#model/wizard.ts'
import { impact } from './impact.ts'
import { plan } from './plan.ts'
import { questions, texts, when } from './questions.ts'
import { defaults } from './seen.ts'
import { SETTING_IDS, SETTINGS } from './settings.ts'

export const wizard = defineWizard({
  id: 'control-plane-flags',
  area: 'control-plane',
  title: { en: 'Harden the flags of the control plane' },
  summary: {
    en: 'Sets flags of the API server, controller manager, scheduler and etcd that the CIS benchmark asks for, in their static pods, on one control-plane node after the other. Only what this cluster does not have yet is suggested; what breaks something is only done where it is asked for.',
  },
  fixes: [...new Set(SETTING_IDS.map((id) => SETTINGS[id].check))],
  reads: ['pods', 'nodes', 'services', 'kubelets', 'systemConfigs'],
  questions,
  texts,
  when,
  defaults,
  plan,
  impact,
  onNodes: true,
  keptIn: 'kubeadm-config',
  reversible: true,
})
