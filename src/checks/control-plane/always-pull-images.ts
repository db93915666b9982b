import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, overFlags, pluginHasRun, pluginMustBe } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/always-pull-images',
  severity: 'low',
  controls: { topic: ['T01', 'T19'], cis: ['1.2.11'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Images are pulled with the credentials of who runs them' },
    why: {
      en: 'A private image that one pod has pulled lies on the node: every other pod there may run it without any pull secret, by its name alone.',
    },
    fix: {
      en: `In clusters that several tenants share, add AlwaysPullImages to --enable-admission-plugins ${IN_MANIFEST['kube-apiserver']}. Every start of a pod then asks the registry: while it is away, or where images were only loaded onto nodes, no pod starts again, the control plane's add-ons among them. Where all users of the cluster may see all images, accept this finding.`,
    },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'AlwaysPullImages is on: {saw}.' },
      bad: { en: 'AlwaysPullImages is off: {saw}.' },
    },
    bad: ['--enable-admission-plugins=NodeRestriction'],
    good: ['--enable-admission-plugins=NodeRestriction,AlwaysPullImages'],
    judge: pluginMustBe(true, 'AlwaysPullImages'),
    fromMetrics: pluginHasRun('AlwaysPullImages'),
  }),
})
