import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-client-auth',
  severity: 'critical',
  controls: { topic: ['T15'], cis: ['2.2'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd asks its clients for a certificate' },
    why: {
      en: 'Without it everybody who reaches port 2379 reads and writes the whole cluster, past authentication, RBAC, admission and the audit log.',
    },
    fix: {
      en: `Set --client-cert-auth=true and --trusted-ca-file ${IN_MANIFEST.etcd}. Clients without a certificate (a backup job of old, a metrics collector) no longer get in.`,
    },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Clients must show a certificate: {saw}.' },
      bad: { en: 'Anybody may connect: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--client-cert-auth=false'],
    good: ['--client-cert-auth=true'],
    judge: fromFlags(mustBe(true, 'client-cert-auth', false)),
  }),
})
