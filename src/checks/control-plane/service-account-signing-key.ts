import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/service-account-signing-key',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.3.4'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Token Secrets are signed with a key of the cluster' },
    why: {
      en: 'Without --service-account-private-key-file the controller manager cannot sign the tokens of service account Secrets, and people put other, unmanaged keys in its place.',
    },
    fix: {
      en: `Set --service-account-private-key-file to the private key whose public half the API server verifies with (kubeadm: sa.key) ${IN_MANIFEST['kube-controller-manager']}.`,
    },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Signs with {saw}.' },
      bad: { en: 'Has no key to sign with: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--service-account-private-key-file=/etc/kubernetes/pki/sa.key'],
    judge: mustHave('service-account-private-key-file'),
  }),
})
