import { defineCheck } from '#model/check.ts'
import { fromFlags, IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/etcd-peer-auto-tls',
  severity: 'high',
  controls: { topic: ['T15'], cis: ['2.6'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'etcd members do not make up their own certificates' },
    why: { en: 'With --peer-auto-tls members use self-signed certificates that they cannot verify.' },
    fix: { en: `Take --peer-auto-tls out and set --peer-cert-file and --peer-key-file ${IN_MANIFEST.etcd}.` },
  },
  ...overFlags({
    component: 'etcd',
    messages: {
      good: { en: 'Uses given certificates: {saw}.' },
      bad: { en: 'Uses certificates of its own making: {saw}.' },
      file: { en: 'etcd takes its settings from the file of {saw} and ignores its flags: look there.' },
    },
    bad: ['--peer-auto-tls=true'],
    good: ['--peer-auto-tls=false'],
    judge: fromFlags(mustBe(false, 'peer-auto-tls', false)),
  }),
})
