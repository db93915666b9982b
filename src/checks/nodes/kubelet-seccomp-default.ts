import { defineCheck } from '#model/check.ts'
import { decide, IN_KUBELET, overKubelets } from './kubelet.ts'

/** kube-bench passes it where the field is there at all, false included. */
export const check = defineCheck({
  id: 'nodes/kubelet-seccomp-default',
  severity: 'medium',
  controls: { topic: ['T05'], cis: ['4.2.14'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Pods without a seccomp profile get the default one' },
    why: { en: 'A container without a profile may use every system call of the kernel, those too that are only of use to break out.' },
    fix: {
      en: `Set seccompDefault: true ${IN_KUBELET}. New pods without a profile of their own get RuntimeDefault; a few that need rare system calls (debuggers, some databases) then need seccompProfile: Unconfined or a profile of their own.`,
    },
  },
  ...overKubelets({
    path: 'seccompDefault',
    messages: {
      good: { en: 'Gives pods the default profile.' },
      bad: { en: 'Leaves pods without a profile unconfined: {saw}.' },
    },
    bad: 'config: { seccompDefault: false }',
    good: 'config: { seccompDefault: true }',
    judge: ({ seccompDefault: on = false }) => decide(on, `seccompDefault: ${on}`),
  }),
})
