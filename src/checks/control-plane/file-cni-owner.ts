import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-cni-owner',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.1.10'] },
  text: {
    title: { en: 'CNI configuration belongs to root:root' },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. The container runtime reads it as root; a network plugin that runs as another user would not find it, and may write it anew with its own mode. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['cni'], wanted: { owner: 'root', group: 'root' }, controlPlane: true }),
})
