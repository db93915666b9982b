import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-scheduler-conf-mode',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.15'] },
  text: {
    title: { en: "The scheduler's kubeconfig cannot be read or written by others (mode 600 or stricter)" },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: "On the node, as root: chmod 600, for each file that a finding names. A scheduler that runs as root, as kubeadm's does, goes on. Then take the evidence again.",
    },
  },
  ...overFiles({ roles: ['scheduler-conf'], wanted: { mode: '600' }, controlPlane: true }),
})
