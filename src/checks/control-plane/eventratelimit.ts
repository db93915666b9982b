import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/eventratelimit',
  severity: 'low',
  controls: { topic: ['T19'], cis: ['1.2.9'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Event rates are limited' },
    why: {
      en: 'A client that writes events without end (a crashing controller will do) fills etcd and slows the API server for everybody.',
    },
    fix: {
      en: `Write an EventRateLimit configuration for the namespaces and users of this cluster, name it in --admission-control-config-file, and add EventRateLimit to --enable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. Limits that are too low drop events that people look for; the plugin is alpha and off by default. Where API priority and fairness is enough, accept this finding.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'EventRateLimit is on: {saw}.' },
      bad: { en: 'EventRateLimit is off: {saw}.' },
    },
    bad: ['--enable-admission-plugins=NodeRestriction'],
    good: [
      '--enable-admission-plugins=NodeRestriction,EventRateLimit',
      '--admission-control-config-file=/etc/kubernetes/admission/config.yaml',
    ],
    judge: pluginMustBe(true, 'EventRateLimit'),
    fromMetrics: pluginHasRun('EventRateLimit'),
  }),
})
