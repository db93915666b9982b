import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustHave, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-peer-certificate',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['2.4'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd members talk to each other with TLS' },
    why: { en: "Without certificates the members copy the whole cluster's data to each other in plain text." },
    fix: { en: `Set --peer-cert-file and --peer-key-file to a certificate of etcd's CA ${IN_MANIFEST.etcd}.` },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Members talk with {saw}.' },
      bad: { en: 'Members talk without TLS: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt'],
    good: ['--peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt', '--peer-key-file=/etc/kubernetes/pki/etcd/peer.key'],
    judge: fromFlags(mustHave('peer-cert-file', 'peer-key-file')),
  }),
})
