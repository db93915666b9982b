import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-authorization',
  severity: 'critical',
  controls: { topic: ['T22'], cis: ['4.2.2'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Kubelets ask the API server who may do what' },
    why: { en: 'With AlwaysAllow everybody the kubelet lets in may run commands in every pod of the node.' },
    fix: { en: `Set authorization.mode: Webhook ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'authorization.mode',
    messages: {
      good: { en: 'Asks the API server: {saw}.' },
      bad: { en: 'Allows everything: {saw}.' },
    },
    bad: 'config: { authorization: { mode: AlwaysAllow } }',
    good: 'config: { authorization: { mode: Webhook } }',
    judge: ({ authorization }) => {
      const mode = authorization?.mode ?? 'Webhook'
      return decide(mode !== 'AlwaysAllow', `authorization.mode: ${mode}`)
    },
  }),
})
