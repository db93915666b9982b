import { defineCheck } from '#model/check.ts'
import { IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/profiling-controller-manager',
  severity: 'low',
  controls: { topic: ['T13'], cis: ['1.3.2'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The controller manager serves no profiles' },
    why: {
      en: 'Profiles tell what a component is doing, down to names of objects and users in its memory, and taking one slows it down. It is on unless it is switched off.',
    },
    fix: { en: `Set --profiling=false ${IN_MANIFEST['kube-controller-manager']}. Who needs a profile switches it on for that time.` },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Serves no profiles: {saw}.' },
      bad: { en: 'Serves profiles at /debug/pprof: {saw}.' },
    },
    bad: ['--profiling=true'],
    good: ['--profiling=false'],
    judge: mustBe(false, 'profiling', true),
  }),
})
