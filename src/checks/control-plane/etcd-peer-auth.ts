import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-peer-auth',
  severity: 'critical',
  controls: { topic: ['T15'], cis: ['2.5'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd asks its peers for a certificate' },
    why: { en: "Without it anybody who reaches port 2380 can take part in the cluster's raft and read or change its data." },
    fix: { en: `Set --peer-client-cert-auth=true and --peer-trusted-ca-file ${IN_MANIFEST.etcd}.` },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Peers must show a certificate: {saw}.' },
      bad: { en: 'Any peer may connect: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--peer-client-cert-auth=false'],
    good: ['--peer-client-cert-auth=true'],
    judge: fromFlags(mustBe(true, 'peer-client-cert-auth', false)),
  }),
})
