import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/privileged',
  severity: 'critical',
  controls: { topic: ['T04'], cis: ['5.2.2'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container is privileged' },
    why: {
      en: 'A privileged container has nearly all that root on its node has: devices, kernel modules, every capability. Who gets into it gets the node, and with it the pods and tokens of all others there.',
    },
    fix: {
      en: 'Remove securityContext.privileged. Where the program needs one thing of it, give that alone: a capability, a device plugin, a mounted file.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Privileged: {where}.' }, { en: 'Not privileged ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { privileged: true } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { privileged: false } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'privileged', context),
})
