import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-auto-tls',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['2.3'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd does not make up its own certificates' },
    why: { en: 'With --auto-tls etcd serves with a self-signed certificate that no client can verify.' },
    fix: { en: `Take --auto-tls out and set --cert-file and --key-file ${IN_MANIFEST.etcd}.` },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Uses given certificates: {saw}.' },
      bad: { en: 'Uses certificates of its own making: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--auto-tls=true'],
    good: ['--auto-tls=false'],
    judge: fromFlags(mustBe(false, 'auto-tls', false)),
  }),
})
