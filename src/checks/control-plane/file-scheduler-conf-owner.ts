import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-scheduler-conf-owner',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.16'] },
  text: {
    title: { en: "The scheduler's kubeconfig belongs to root:root" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: "On the node, as root: chown root:root, for each file that a finding names. A scheduler that runs as root, as kubeadm's does, goes on. Then take the evidence again.",
    },
  },
  ...overFiles({ roles: ['scheduler-conf'], wanted: { owner: 'root', group: 'root' }, controlPlane: true }),
})
