import { defineCheck } from '#model/check.ts'
import { keptCapabilities } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/drop-capabilities',
  severity: 'low',
  controls: { topic: ['T04'], cis: ['5.2.9', '5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers drop the capabilities that they are given unasked' },
    why: {
      en: 'Runtimes give some fourteen capabilities (CHOWN, DAC_OVERRIDE, SETUID, NET_RAW, …). Most programs need none; who breaks in uses them.',
    },
    fix: {
      en: 'Set securityContext.capabilities.drop: [ALL] in each container and add back what is missed, mostly nothing or NET_BIND_SERVICE.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Does not drop ALL: {where}.' }, { en: 'Every container drops ALL ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { drop: [NET_RAW] } } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { drop: [ALL] } } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, keptCapabilities),
})
