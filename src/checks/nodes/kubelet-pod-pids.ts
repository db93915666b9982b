import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

/** kube-bench passes it where the field is there at all, -1 (no limit) included. */
export const check = defineCheck({
  id: 'nodes/kubelet-pod-pids',
  severity: 'medium',
  controls: { topic: ['T22'], cis: ['4.2.13'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Pods may not use up the process table of a node' },
    why: {
      en: 'Without a limit one pod with a fork bomb, or a leak, takes all process numbers of the node and stops everything else on it.',
    },
    fix: {
      en: `Set podPidsLimit to a number that fits your workloads, such as 4096, ${IN_KUBELET}. New pods get it; those that need more processes fail to start some.`,
    },
  },
  ...overKubelets({
    path: 'podPidsLimit',
    messages: {
      good: { en: 'Limits processes of a pod: {saw}.' },
      bad: { en: 'Does not limit processes of a pod: {saw}.' },
    },
    bad: 'config: { podPidsLimit: -1 }',
    good: 'config: { podPidsLimit: 4096 }',
    judge: ({ podPidsLimit: limit = -1 }) => decide(limit > 0, `podPidsLimit: ${limit}`),
  }),
})
