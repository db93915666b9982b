import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/controller-credentials',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.3.3'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Each controller has credentials of its own' },
    why: {
      en: 'Without them all controllers share one identity that may do everything any of them needs: a flaw in one is a flaw with the rights of all, and the audit log cannot tell them apart.',
    },
    fix: {
      en: `Set --use-service-account-credentials=true ${IN_MANIFEST['kube-controller-manager']}. It needs RBAC, whose default roles for controllers are there from the start.`,
    },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Each controller has its own credentials: {saw}.' },
      bad: { en: 'All controllers share one identity: {saw}.' },
    },
    bad: ['--use-service-account-credentials=false'],
    good: ['--use-service-account-credentials=true'],
    judge: mustBe(true, 'use-service-account-credentials', false),
  }),
})
