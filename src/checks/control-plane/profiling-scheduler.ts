import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, mustBe, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/profiling-scheduler',
  severity: 'low',
  controls: { topic: ['T13'], cis: ['1.4.1'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The scheduler serves no profiles' },
    why: {
      en: 'Profiles tell what a component is doing, down to names of objects and users in its memory, and taking one slows it down. It is on unless it is switched off.',
    },
    fix: { en: `Set --profiling=false ${IN_MANIFEST['kube-scheduler']}, or enableProfiling: false in the file that --config names.` },
  },
  ...overFlags({
    component: 'kube-scheduler',
    messages: {
      good: { en: 'Serves no profiles: {saw}.' },
      bad: { en: 'Serves profiles at /debug/pprof: {saw}.' },
      file: { en: 'The file of {saw} says it, which lies on the node: look there for enableProfiling.' },
    },
    bad: ['--profiling=true'],
    good: ['--profiling=false'],
    judge: (instance) => {
      // With a file the flag is ignored, and the file lies on the node.
      if ((flag(instance, 'config') ?? '') !== '') return { status: 'unknown', message: 'file', saw: given(instance, 'config') }
      return mustBe(false, 'profiling', true)(instance)
    },
  }),
})
