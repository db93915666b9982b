import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-pki-certificate-mode',
  severity: 'medium',
  controls: { topic: ['T08'], cis: ['1.1.20'] },
  text: {
    title: { en: 'Certificates in the PKI folder cannot be read or written by others (mode 644 or stricter)' },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 644, for each file that a finding names. Certificates stay readable for all. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['pki-certificate'], wanted: { mode: '644' }, controlPlane: true }),
})
