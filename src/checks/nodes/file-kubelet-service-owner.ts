import { defineCheck } from '#model/check.ts'
import { overFiles } from './evidence.ts'

export const check = defineCheck({
  id: 'nodes/file-kubelet-service-owner',
  severity: 'medium',
  controls: { topic: ['T09'], cis: ['4.1.2'] },
  text: {
    title: { en: "The kubelet's service file belongs to root:root" },
    why: { en: 'Its owner can change its mode and its content at any time, whatever the mode says now.' },
    fix: {
      en: 'On the node, as root: chown root:root, for each file that a finding names. systemd reads it as root and goes on; an upgrade of the package may set its own mode again. Then take the evidence again.',
    },
  },
  ...overFiles({ roles: ['kubelet-service'], wanted: { owner: 'root', group: 'root' }, controlPlane: false }),
})
