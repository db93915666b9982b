import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/always-admit',
  severity: 'critical',
  controls: { topic: ['T19'], cis: ['1.2.10'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'AlwaysAdmit is off' },
    why: {
      en: 'AlwaysAdmit lets every request through admission. It has no use but in tests, and where it stands somebody meant to switch admission off.',
    },
    fix: { en: `Take AlwaysAdmit out of --enable-admission-plugins ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'AlwaysAdmit is off: {saw}.' },
      bad: { en: 'AlwaysAdmit is on: {saw}.' },
    },
    bad: ['--enable-admission-plugins=NodeRestriction,AlwaysAdmit'],
    good: ['--enable-admission-plugins=NodeRestriction'],
    judge: pluginMustBe(false, 'AlwaysAdmit'),
  }),
})
