import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-read-only-port',
  severity: 'high',
  controls: { topic: ['T22'], cis: ['4.2.4'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets have no port that is open to all' },
    why: { en: 'The read-only port answers everybody who reaches it, without TLS: pod specs with their environment, node statistics.' },
    fix: { en: `Set readOnlyPort: 0, or take it out, ${IN_KUBELET}. Old collectors that read port 10255 must move to 10250.` },
  },
  ...overKubelets({
    path: 'readOnlyPort',
    messages: {
      good: { en: 'Has no read-only port.' },
      bad: { en: 'Answers everybody: {saw}.' },
    },
    bad: 'config: { readOnlyPort: 10255 }',
    good: 'config: { readOnlyPort: 0 }',
    judge: ({ readOnlyPort = 0 }) => decide(readOnlyPort === 0, `readOnlyPort: ${readOnlyPort}`),
  }),
})
