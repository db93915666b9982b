import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { inPod } from '#simulate/judged/spots.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/shared-processes',
  severity: 'low',
  controls: { topic: ['T04'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers of a pod do not see each other’s processes' },
    why: {
      en: 'With shareProcessNamespace every container of the pod sees the others’ processes and environments and, as the same user, their files. A sidecar that is broken into then gives away the program beside it.',
    },
    fix: {
      en: 'Remove shareProcessNamespace. Where a sidecar signals the program, an HTTP reload or a new rollout does it, too; for debugging use kubectl debug --target.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Shares processes between its containers{origin}.' },
    { en: 'Its containers see their own processes only ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { shareProcessNamespace: true, containers: [{ name: app }, { name: sidecar }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }, { name: sidecar }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => inPod(pod, 'shareProcessNamespace')),
})
