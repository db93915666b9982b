import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/namespace-lifecycle',
  severity: 'high',
  controls: { topic: ['T19'], cis: ['1.2.13'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The NamespaceLifecycle plugin is on' },
    why: {
      en: 'Without it objects can be made in namespaces that do not exist or are being deleted, and default, kube-system and kube-public can be deleted.',
    },
    fix: { en: `Take NamespaceLifecycle out of --disable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. It is on by default.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'NamespaceLifecycle is on: {saw}.' },
      bad: { en: 'NamespaceLifecycle is off: {saw}.' },
    },
    bad: ['--disable-admission-plugins=NamespaceLifecycle'],
    good: ['--disable-admission-plugins=DefaultStorageClass'],
    judge: pluginMustBe(true, 'NamespaceLifecycle'),
    fromMetrics: pluginHasRun('NamespaceLifecycle'),
  }),
})
