import { defineCheck } from '#model/check.ts'
import { flag } from '#simulate/controlPlane.ts'
import { given, IN_MANIFEST, overFlags } from './flag.ts'

export const check = defineCheck({
  id: 'control-plane/terminated-pod-gc',
  severity: 'low',
  controls: { topic: ['T26'], cis: ['1.3.1'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Finished pods are cleared away' },
    why: { en: 'Finished pods stay until 12,500 of them are there, and each lies in etcd and in every list. With 0 they stay for ever.' },
    fix: {
      en: `Set --terminated-pod-gc-threshold to a number that fits the cluster, such as 1000, ${IN_MANIFEST['kube-controller-manager']}. Logs of finished pods above that number go with them.`,
    },
  },
  ...overFlags({
    component: 'kube-controller-manager',
    messages: {
      good: { en: 'Finished pods are cleared away: {saw}.' },
      bad: { en: 'No threshold for finished pods was chosen: {saw}.' },
    },
    bad: ['--terminated-pod-gc-threshold=0'],
    good: ['--terminated-pod-gc-threshold=1000'],
    judge: (instance) => {
      const value = Number(flag(instance, 'terminated-pod-gc-threshold') ?? 0)
      return {
        status: value > 0 ? 'pass' : 'fail',
        message: value > 0 ? 'good' : 'bad',
        saw: given(instance, 'terminated-pod-gc-threshold'),
      }
    },
  }),
})
