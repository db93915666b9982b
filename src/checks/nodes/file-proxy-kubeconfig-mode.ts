import { defineCheck } from '#model/check.ts'
import { overFiles } from './evidence.ts'

export const check = defineCheck({
  id: 'nodes/file-proxy-kubeconfig-mode',
  severity: 'medium',
  controls: { topic: ['T09'], cis: ['4.1.3'] },
  text: {
    title: { en: "Kube-proxy's kubeconfig cannot be read or written by others (mode 600 or stricter)" },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 600, for each file that a finding names. kube-proxy runs as root and goes on. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['proxy-kubeconfig'], wanted: { mode: '600' }, controlPlane: false }),
})
