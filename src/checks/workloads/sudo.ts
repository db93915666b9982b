import { defineCheck } from '#model/check.ts'
import { usesSudo } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/sudo',
  severity: 'medium',
  controls: { topic: ['T04'] },
  text: {
    title: { en: 'No command takes rights by sudo' },
    why: {
      en: 'sudo in a command needs setuid programs, a way to root without a password, and allowPrivilegeEscalation: all that the other settings take away. Who gets into the container has the same way.',
    },
    fix: { en: 'Start the program as the user that it needs, and let an init container do what needs root.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Calls sudo: {where}.' }, { en: 'Calls no sudo, as far as commands say ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, command: [sh, -c, 'sudo nginx'] }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, command: [sh, -c, nginx] }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, usesSudo),
})
