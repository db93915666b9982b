import { defineCheck } from '#model/check.ts'
import { overFiles } from '../nodes/evidence.ts'

export const check = defineCheck({
  id: 'control-plane/file-pki-owner',
  severity: 'high',
  controls: { topic: ['T08'], cis: ['1.1.19'] },
  text: {
    title: { en: 'Everything in the PKI folder belongs to root:root' },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. Components that run as root go on; one that runs as another user could no longer read its key. Then take the evidence again.',
    },
  },
  ...overFiles({
    roles: ['pki-directory', 'pki-certificate', 'pki-key', 'pki-other'],
    wanted: { owner: 'root', group: 'root' },
    controlPlane: true,
  }),
})
