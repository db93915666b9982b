import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/sysctls',
  severity: 'medium',
  controls: { topic: ['T04'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Pods set only kernel parameters that are their own' },
    why: {
      en: 'Some kernel parameters belong to the whole node. A pod that sets them changes the network or the memory of all its neighbours, and can make the node fail.',
    },
    fix: { en: 'Remove the sysctl from the pod. What all pods of a node need is set on that node.' },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Sets {saw}{origin}.' },
    { en: 'Sets only kernel parameters that are its own, or none ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { securityContext: { sysctls: [{ name: kernel.msgmax, value: "65536" }] }, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { securityContext: { sysctls: [{ name: net.ipv4.tcp_syncookies, value: "1" }] }, containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'sysctls', context),
})
