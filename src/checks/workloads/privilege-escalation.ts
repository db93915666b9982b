import { defineCheck } from '#model/check.ts'
import { mayEscalate } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/privilege-escalation',
  severity: 'medium',
  controls: { topic: ['T04'], cis: ['5.2.6', '5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No process gains more rights than its parent' },
    why: {
      en: 'Unless allowPrivilegeEscalation is false, a setuid program in the image makes root out of any user: running as another user then protects less than it seems. Privileged containers cannot say it; they have a check of their own.',
    },
    fix: {
      en: 'Set securityContext.allowPrivilegeEscalation: false in each container. Only programs that must become root themselves (sudo, ping with setuid) notice it.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'allowPrivilegeEscalation is not false: {where}.' },
    { en: 'No process of it gains more rights than its parent ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { allowPrivilegeEscalation: false } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, mayEscalate),
})
