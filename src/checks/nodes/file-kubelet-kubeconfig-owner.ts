import { defineCheck } from '#model/check.ts'
import { overFiles } from './evidence.ts'

export const check = defineCheck({
  id: 'nodes/file-kubelet-kubeconfig-owner',
  severity: 'high',
  controls: { topic: ['T09'], cis: ['4.1.6'] },
  text: {
    title: { en: "The kubelet's kubeconfig belongs to root:root" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. The kubelet runs as root and goes on. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['kubelet-kubeconfig'], wanted: { owner: 'root', group: 'root' }, controlPlane: false }),
})
