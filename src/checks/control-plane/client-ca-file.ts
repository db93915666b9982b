import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/client-ca-file',
  severity: 'medium',
  controls: { topic: ['T07'], cis: ['1.2.25'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Client certificates are verified against a CA' },
    why: {
      en: 'Without --client-ca-file no client certificate is accepted: kubelets and the control plane itself would need another way in, and people reach for static tokens.',
    },
    fix: { en: `Set --client-ca-file to the cluster's CA (kubeadm: ca.crt) ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Verifies client certificates: {saw}.' },
      bad: { en: 'Accepts no client certificates: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--client-ca-file=/etc/kubernetes/pki/ca.crt'],
    judge: mustHave('client-ca-file'),
  }),
})
