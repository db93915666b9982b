import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-idle-timeout',
  severity: 'low',
  controls: { topic: ['T22'], cis: ['4.2.5'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Idle streams to pods end' },
    why: { en: 'With a timeout of 0 forgotten exec and port-forward sessions stay open for ever, and so does what they reach.' },
    fix: { en: `Set streamingConnectionIdleTimeout to some hours (the default is 4h) or less ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'streamingConnectionIdleTimeout',
    messages: {
      good: { en: 'Idle streams end: {saw}.' },
      bad: { en: 'Idle streams never end: {saw}.' },
    },
    bad: "config: { streamingConnectionIdleTimeout: '0s' }",
    good: 'config: { streamingConnectionIdleTimeout: 4h0m0s }',
    judge: ({ streamingConnectionIdleTimeout: timeout = '4h0m0s' }) =>
      decide(!/^0(s|m0s|h0m0s)?$/.test(timeout), `streamingConnectionIdleTimeout: ${timeout}`),
  }),
})
