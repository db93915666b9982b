import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/token-expiration-extension',
  severity: 'low',
  controls: { topic: ['T08'], cis: ['1.2.30'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Service account tokens end when they say so' },
    why: {
      en: 'By default the API server makes the tokens it mounts into pods valid for a year although they ask for an hour, for clients that do not read them again. Who copies one has it that long.',
    },
    fix: {
      en: `Watch the metric serviceaccount_stale_tokens_total: while it grows, some client in a pod does not read its token again and would be locked out. Then set --service-account-extend-token-expiration=false ${IN_MANIFEST['kube-apiserver']}.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Tokens end when they say so: {saw}.' },
      bad: { en: 'Tokens of pods are valid for a year: {saw}.' },
    },
    bad: ['--service-account-extend-token-expiration=true'],
    good: ['--service-account-extend-token-expiration=false'],
    judge: mustBe(false, 'service-account-extend-token-expiration', true),
  }),
})
