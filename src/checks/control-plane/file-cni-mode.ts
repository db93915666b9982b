import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-cni-mode',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.1.9'] },
  text: {
    title: { en: 'CNI configuration cannot be read or written by others (mode 600 or stricter)' },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 600, for each file that a finding names. The container runtime reads it as root; a network plugin that runs as another user would not find it, and may write it anew with its own mode. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['cni'], wanted: { mode: '600' }, controlPlane: true }),
})
