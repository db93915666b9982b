import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-rotate-serving-certificate',
  severity: 'medium',
  controls: { topic: ['T22'], cis: ['4.2.11'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets renew their serving certificates' },
    why: {
      en: 'Where kubelets get their serving certificates from the cluster, they must renew them: an expired one ends exec, logs and metrics of the node.',
    },
    fix: {
      en: `Take RotateKubeletServerCertificate: false out of featureGates ${IN_KUBELET}. The new requests are not approved by themselves: run an approver or approve them by hand, else the certificate expires all the same.`,
    },
  },
  ...overKubelets({
    path: 'featureGates.RotateKubeletServerCertificate',
    messages: {
      good: { en: 'Renews its serving certificate: {saw}.' },
      bad: { en: 'Does not renew its serving certificate: {saw}.' },
      own: { en: 'Its serving certificate does not come from the cluster, so there is nothing to renew here.' },
    },
    bad: 'config: { serverTLSBootstrap: true, featureGates: { RotateKubeletServerCertificate: false } }',
    good: 'config: { serverTLSBootstrap: true }',
    judge: ({ featureGates, serverTLSBootstrap }) => {
      if (featureGates?.RotateKubeletServerCertificate === false) return decide(false, 'RotateKubeletServerCertificate: false')
      if (serverTLSBootstrap === true) return decide(true, 'serverTLSBootstrap: true')
      return { status: 'not-applicable', message: 'own' }
    },
  }),
})
