import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/service-account-lookup',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.2.21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Deleted service account tokens stop working' },
    why: {
      en: 'With --service-account-lookup=false the API server takes a token whose service account or Secret is gone: deleting it no longer revokes it.',
    },
    fix: { en: `Take --service-account-lookup=false out ${IN_MANIFEST['kube-apiserver']}. It is true by default.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Looks up each token: {saw}.' },
      bad: { en: 'Takes tokens of accounts that are gone: {saw}.' },
    },
    bad: ['--service-account-lookup=false'],
    good: ['--service-account-lookup=true'],
    judge: mustBe(true, 'service-account-lookup', true),
  }),
})
