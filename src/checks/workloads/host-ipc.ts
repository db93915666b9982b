import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { inPod } from '#simulate/judged/spots.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-ipc',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.4'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod shares the memory segments of its node' },
    why: {
      en: 'With hostIPC the pod reads and writes shared memory and message queues of every process of its node that uses them, of the same user, or all of them as root.',
    },
    fix: { en: 'Remove hostIPC. Containers that share memory go into one pod.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Shares the IPC of its node{origin}.' }, { en: 'Shares no IPC with its node ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { hostIPC: true, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => inPod(pod, 'hostIPC')),
})
