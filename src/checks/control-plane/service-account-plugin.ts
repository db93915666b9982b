import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/service-account-plugin',
  severity: 'high',
  controls: { topic: ['T19'], cis: ['1.2.12'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The ServiceAccount plugin is on' },
    why: {
      en: 'Without it pods get no service account and no token of their own, and nothing checks that a pod may use the account it names.',
    },
    fix: { en: `Take ServiceAccount out of --disable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. It is on by default.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'ServiceAccount is on: {saw}.' },
      bad: { en: 'ServiceAccount is off: {saw}.' },
    },
    bad: ['--disable-admission-plugins=ServiceAccount'],
    good: ['--disable-admission-plugins=DefaultStorageClass'],
    judge: pluginMustBe(true, 'ServiceAccount'),
    fromMetrics: pluginHasRun('ServiceAccount'),
  }),
})
