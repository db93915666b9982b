import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/added-capabilities',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.9'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container adds dangerous capabilities' },
    why: {
      en: 'Capabilities are the single powers of root. SYS_ADMIN, SYS_PTRACE, SYS_MODULE, NET_ADMIN, BPF and others are enough to leave the container or to listen to its neighbours.',
    },
    fix: {
      en: 'Remove what is not needed from capabilities.add. NET_BIND_SERVICE is the only one that a hardened workload needs now and then; port numbers above 1024 make that one needless, too.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Adds {saw}: {where}.' }, { en: 'Adds no capability beyond the usual ones ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { add: [SYS_ADMIN] } } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { add: [NET_BIND_SERVICE] } } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'capabilities_baseline', context),
})
