import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { inPod } from '#simulate/judged/spots.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-network',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.5'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod uses the network of its node' },
    why: {
      en: 'With hostNetwork the pod reaches what listens on localhost of its node, listens to all its traffic with NET_RAW, reaches the metadata service with the identity of the node, and network policies do not hold it.',
    },
    fix: { en: 'Remove hostNetwork. Where only a port is needed, use a Service or a hostPort.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Uses the network of its node{origin}.' }, { en: 'Has a network of its own ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { hostNetwork: true, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => inPod(pod, 'hostNetwork')),
})
