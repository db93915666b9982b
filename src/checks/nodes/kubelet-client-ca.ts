import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

export const check = defineCheck({
  id: 'nodes/kubelet-client-ca',
  severity: 'high',
  controls: { topic: ['T22'], cis: ['4.2.3'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'Kubelets verify client certificates' },
    why: {
      en: "Without a client CA the kubelet takes no client certificate: the API server's among them, so that it is let in some weaker way or not at all.",
    },
    fix: { en: `Set authentication.x509.clientCAFile to the cluster's CA (kubeadm: /etc/kubernetes/pki/ca.crt) ${IN_KUBELET}.` },
  },
  ...overKubelets({
    path: 'authentication.x509.clientCAFile',
    messages: {
      good: { en: 'Verifies client certificates: {saw}.' },
      bad: { en: 'Verifies no client certificates: {saw}.' },
    },
    bad: 'config: { authentication: { x509: {} } }',
    good: 'config: { authentication: { x509: { clientCAFile: /etc/kubernetes/pki/ca.crt } } }',
    judge: ({ authentication }) => {
      const file = authentication?.x509?.clientCAFile ?? ''
      return decide(file !== '', file === '' ? 'no clientCAFile' : `clientCAFile: ${file}`)
    },
  }),
})
