import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-server-certificate',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['2.1'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd serves with TLS' },
    why: { en: 'Without a certificate etcd talks in plain text: every Secret that the API server reads or writes can be read on the way.' },
    fix: { en: `Set --cert-file and --key-file to a certificate of etcd's CA and listen on https ${IN_MANIFEST.etcd}.` },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Serves with {saw}.' },
      bad: { en: 'Serves without TLS: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--cert-file=/etc/kubernetes/pki/etcd/server.crt'],
    good: ['--cert-file=/etc/kubernetes/pki/etcd/server.crt', '--key-file=/etc/kubernetes/pki/etcd/server.key'],
    judge: fromFlags(mustHave('cert-file', 'key-file')),
  }),
})
