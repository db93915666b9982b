import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-anonymous',
  severity: 'critical',
  controls: { topic: ['T22'], cis: ['4.2.1'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Kubelets refuse requests without credentials' },
    why: {
      en: 'A kubelet that lets anonymous callers in hands logs, running processes and, with a lax authorization mode, commands in every pod to whoever reaches port 10250.',
    },
    fix: { en: `Set authentication.anonymous.enabled: false ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'authentication.anonymous.enabled',
    messages: {
      good: { en: 'Refuses requests without credentials.' },
      bad: { en: 'Lets requests without credentials in: {saw}.' },
    },
    bad: 'config: { authentication: { anonymous: { enabled: true } } }',
    good: 'config: { authentication: { anonymous: { enabled: false } } }',
    judge: ({ authentication }) => {
      const on = authentication?.anonymous?.enabled === true
      return decide(!on, `authentication.anonymous.enabled: ${on}`)
    },
  }),
})
