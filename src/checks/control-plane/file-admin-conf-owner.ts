import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-admin-conf-owner',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['1.1.14'] },
  text: {
    title: { en: "The administrator's kubeconfig belongs to root:root" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. Whoever used it without being root no longer can. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['admin-conf'], wanted: { owner: 'root', group: 'root' }, controlPlane: true }),
})
