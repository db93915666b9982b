import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-pki-key-mode',
  severity: 'critical',
  controls: { topic: ['T08'], cis: ['1.1.21'] },
  text: {
    title: { en: 'Private keys in the PKI folder cannot be read or written by others (mode 600 or stricter)' },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 600, for each file that a finding names. Components that run as root go on; one that runs as another user could no longer read its key. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['pki-key'], wanted: { mode: '600' }, controlPlane: true }),
})
