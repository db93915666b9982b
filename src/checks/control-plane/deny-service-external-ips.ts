import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/deny-service-external-ips',
  severity: 'low',
  controls: { topic: ['T13', 'T19'], cis: ['1.2.3'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Services may not claim external IPs' },
    why: {
      en: 'Whoever may create a Service with spec.externalIPs can take over traffic meant for any address in the cluster (CVE-2020-8554). Kubernetes has no other guard against it.',
    },
    fix: {
      en: `Where no Service uses spec.externalIPs, add DenyServiceExternalIPs to --enable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. Existing Services keep their addresses; new ones and new addresses are refused. Clusters that hand out external IPs on purpose limit them with an admission policy and accept this finding.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'DenyServiceExternalIPs is on: {saw}.' },
      bad: { en: 'DenyServiceExternalIPs is off: {saw}.' },
    },
    bad: ['--enable-admission-plugins=NodeRestriction'],
    good: ['--enable-admission-plugins=NodeRestriction,DenyServiceExternalIPs'],
    judge: pluginMustBe(true, 'DenyServiceExternalIPs'),
    fromMetrics: pluginHasRun('DenyServiceExternalIPs'),
  }),
})
