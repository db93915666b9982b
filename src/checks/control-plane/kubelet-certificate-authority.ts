import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/kubelet-certificate-authority',
  severity: 'medium',
  controls: { topic: ['T13'], cis: ['1.2.5'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server verifies the certificates of kubelets' },
    why: {
      en: "Without --kubelet-certificate-authority the API server takes any certificate from what answers at a node's address: somebody between them reads exec sessions, logs and port-forwards, and answers in the kubelet's place.",
    },
    fix: {
      en: `First give every kubelet a serving certificate of the cluster's CA: serverTLSBootstrap: true in its configuration, then approve each kubernetes.io/kubelet-serving request (nothing approves them by itself). Kubelets with self-signed certificates, the default, would be refused: logs, exec and metrics stop for their nodes. Then set --kubelet-certificate-authority ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Verifies kubelets: {saw}.' },
      bad: { en: 'Takes any certificate from kubelets: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt'],
    judge: mustHave('kubelet-certificate-authority'),
  }),
})
