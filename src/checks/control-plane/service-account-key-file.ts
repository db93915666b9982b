import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/service-account-key-file',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.2.22'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Service account tokens are verified with a key of their own' },
    why: {
      en: 'Without --service-account-key-file the API server verifies tokens with the key of its own TLS certificate: one key for two purposes, and renewing the certificate ends every token.',
    },
    fix: {
      en: `Set --service-account-key-file to the public key of the pair that signs tokens (kubeadm: sa.pub) ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Verifies tokens with {saw}.' },
      bad: { en: 'Verifies tokens with its TLS key: {saw}.' },
    },
    bad: ['--profiling=false'],
    good: ['--service-account-key-file=/etc/kubernetes/pki/sa.pub'],
    judge: (instance) => {
      // A signer outside (--service-account-signing-endpoint, 1.32) holds the keys itself, and the two flags exclude each other.
      const external = flag(instance, 'service-account-signing-endpoint') ?? ''
      if (external === '') return mustHave('service-account-key-file')(instance)
      return { status: 'pass', message: 'good', saw: given(instance, 'service-account-signing-endpoint') }
    },
  }),
})
