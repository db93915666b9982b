import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { inPod } from '#simulate/judged/spots.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-pid',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod sees the processes of its node' },
    why: {
      en: 'With hostPID the pod sees every process of its node, their arguments and environments, and with the right capability reads their memory: credentials of the kubelet and of every other pod there.',
    },
    fix: { en: 'Remove hostPID. What watches processes (an agent) belongs into a namespace of its own where few may create pods.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Sees the processes of its node{origin}.' }, { en: 'Sees its own processes only ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { hostPID: true, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => inPod(pod, 'hostPID')),
})
