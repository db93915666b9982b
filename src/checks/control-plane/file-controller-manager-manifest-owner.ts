import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-controller-manager-manifest-owner',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.4'] },
  text: {
    title: { en: "The controller manager's manifest belongs to root:root" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. The kubelet reads it as root and goes on. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['kube-controller-manager-manifest'], wanted: { owner: 'root', group: 'root' }, controlPlane: true }),
})
