import { defineCheck } from '#model/check.ts'
import { overFiles } from './evidence.ts'

export const check = defineCheck({
  id: 'nodes/file-client-ca-owner',
  severity: 'high',
  controls: { topic: ['T09'], cis: ['4.1.8'] },
  text: {
    title: { en: 'The client certificate authority belongs to root:root' },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. It stays readable for all. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['client-ca'], wanted: { owner: 'root', group: 'root' }, controlPlane: false }),
})
