import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags, secondsOf } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/request-timeout',
  severity: 'low',
  controls: { topic: ['T13'], cis: ['1.2.20'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Requests to the API server end in time' },
    why: {
      en: "A long --request-timeout lets a few slow clients hold the API server's request slots; one that is too short ends large lists and uploads. The default of one minute suits most clusters.",
    },
    fix: { en: `Take --request-timeout out, or set it to between 10 s and 5 minutes, ${IN_MANIFEST['kube-apiserver']}.` },
  },
  ...overFlags({
    component: 'kube-apiserver',
    messages: {
      good: { en: 'Requests end in time: {saw}.' },
      bad: { en: 'Requests may run too long or end too soon: {saw}.' },
    },
    bad: ['--request-timeout=1h'],
    good: ['--request-timeout=1m0s'],
    judge: (instance) => {
      const value = flag(instance, 'request-timeout')
      const seconds = value === undefined ? 60 : secondsOf(value)
      const fine = seconds !== undefined && seconds >= 10 && seconds <= 300
      return { status: fine ? 'pass' : 'fail', message: fine ? 'good' : 'bad', saw: given(instance, 'request-timeout') }
    },
  }),
})
