import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/tls-certificate',
  severity: 'high',
  controls: { topic: ['T13'], cis: ['1.2.24'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The API server has a certificate of the cluster' },
    why: {
      en: 'Without --tls-cert-file and --tls-private-key-file the API server makes itself a self-signed certificate: clients must be told not to verify it, and then they talk to anybody.',
    },
    fix: { en: `Set --tls-cert-file and --tls-private-key-file to a certificate of the cluster's CA ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Serves with {saw}.' },
      bad: { en: 'Serves with a self-signed certificate: {saw}.' },
    },
    bad: ['--tls-cert-file=/etc/kubernetes/pki/apiserver.crt'],
    good: ['--tls-cert-file=/etc/kubernetes/pki/apiserver.crt', '--tls-private-key-file=/etc/kubernetes/pki/apiserver.key'],
    judge: mustHave('tls-cert-file', 'tls-private-key-file'),
  }),
})
