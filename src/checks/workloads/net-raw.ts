import { defineCheck } from '#model/check.ts'
import { rawNetwork } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/net-raw',
  severity: 'medium',
  controls: { topic: ['T04'], cis: ['5.2.8'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers cannot send packets of their own making' },
    why: {
      en: 'Runtimes give NET_RAW unasked. With it a container forges addresses: it answers ARP and DNS in the name of others and reads what its neighbours on the node send.',
    },
    fix: { en: 'Drop ALL in securityContext.capabilities (or NET_RAW alone). Only ping and network tools need it.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Has NET_RAW ({saw}): {where}.' }, { en: 'Has no NET_RAW ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { drop: [MKNOD] } } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { capabilities: { drop: [NET_RAW] } } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, rawNetwork),
})
