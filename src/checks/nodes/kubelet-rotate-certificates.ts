import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

/** kube-bench passes it where the field is absent, but a configuration file without it means false. */
export const check = defineCheck({
  id: 'nodes/kubelet-rotate-certificates',
  severity: 'medium',
  controls: { topic: ['T22'], cis: ['4.2.10'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets renew their client certificates' },
    why: {
      en: 'A kubelet that does not renew its client certificate falls out of the cluster when it expires, often all nodes at once, and long-lived certificates are handed out to avoid that.',
    },
    fix: { en: `Set rotateCertificates: true ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'rotateCertificates',
    messages: {
      good: { en: 'Renews its certificate.' },
      bad: { en: 'Does not renew its certificate: {saw}.' },
    },
    bad: 'config: { rotateCertificates: false }',
    good: 'config: { rotateCertificates: true }',
    judge: ({ rotateCertificates: on = false }) => decide(on, `rotateCertificates: ${on}`),
  }),
})
