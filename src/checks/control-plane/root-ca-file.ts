import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/root-ca-file',
  severity: 'medium',
  controls: { topic: ['T13'], cis: ['1.3.5'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Pods can verify the API server' },
    why: {
      en: "Without --root-ca-file pods are not given the cluster's CA. Their clients then do not verify the API server, and send their token to whoever answers.",
    },
    fix: { en: `Set --root-ca-file to the cluster's CA (kubeadm: ca.crt) ${IN_MANIFEST['kube-controller-manager']}.` },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Gives pods the CA: {saw}.' },
      bad: { en: 'Gives pods no CA: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--root-ca-file=/etc/kubernetes/pki/ca.crt'],
    judge: mustHave('root-ca-file'),
  }),
})
