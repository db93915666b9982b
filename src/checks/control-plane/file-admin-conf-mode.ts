import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-admin-conf-mode',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['1.1.13'] },
  text: {
    title: { en: "The administrator's kubeconfig cannot be read or written by others (mode 600 or stricter)" },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 600, for each file that a finding names. Whoever used it without being root no longer can. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['admin-conf'], wanted: { mode: '600' }, controlPlane: true }),
})
