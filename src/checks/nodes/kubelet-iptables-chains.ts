import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-iptables-chains',
  severity: 'low',
  controls: { topic: ['T22'], cis: ['4.2.6'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets keep the packet filter in order' },
    why: {
      en: 'Without makeIPTablesUtilChains the kubelet no longer sets up the chains that other components build on; a wrong rule of somebody else then stays.',
    },
    fix: { en: `Set makeIPTablesUtilChains: true, the default, ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'makeIPTablesUtilChains',
    messages: {
      good: { en: 'Sets up its chains.' },
      bad: { en: 'Does not set up its chains: {saw}.' },
    },
    bad: 'config: { makeIPTablesUtilChains: false }',
    good: 'config: { makeIPTablesUtilChains: true }',
    judge: ({ makeIPTablesUtilChains: on = true }) => decide(on, `makeIPTablesUtilChains: ${on}`),
  }),
})
