import { defineCheck } from '#model/check.ts'
import { overFiles } from './evidence.ts'

export const check = defineCheck({
  id: 'nodes/file-client-ca-mode',
  severity: 'high',
  controls: { topic: ['T09'], cis: ['4.1.7'] },
  text: {
    title: { en: 'The client certificate authority cannot be read or written by others (mode 644 or stricter)' },
    why: { en: 'Whoever on the node can read or write it gains what it holds: a way into the cluster past the API server.' },
    fix: {
      en: 'On the node, as root: chmod 644, for each file that a finding names. It stays readable for all. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['client-ca'], wanted: { mode: '644' }, controlPlane: false }),
})
