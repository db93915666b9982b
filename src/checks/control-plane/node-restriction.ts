import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/node-restriction',
  severity: 'high',
  controls: { topic: ['T19', 'T22'], cis: ['1.2.14'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Kubelets may only change their own node and pods' },
    why: {
      en: 'Without NodeRestriction the credentials of one node are enough to relabel other nodes, take their pods over, and draw workloads with Secrets onto a node that somebody has broken into.',
    },
    fix: {
      en: `Add NodeRestriction to --enable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. It needs the Node authorizer, which kubeadm sets. Kubelets that label themselves with names under node-restriction.kubernetes.io no longer can.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'NodeRestriction is on: {saw}.' },
      bad: { en: 'NodeRestriction is off: {saw}.' },
    },
    bad: ['--enable-admission-plugins=PodNodeSelector'],
    good: ['--enable-admission-plugins=NodeRestriction'],
    judge: pluginMustBe(true, 'NodeRestriction'),
    fromMetrics: pluginHasRun('NodeRestriction'),
  }),
})
