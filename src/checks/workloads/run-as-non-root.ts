import { defineCheck } from '#model/check.ts'
import { maybeRoot } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/run-as-non-root',
  severity: 'medium',
  controls: { topic: ['T04'], cis: ['5.2.7', '5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers do not run as root by chance' },
    why: {
      en: 'Where neither runAsNonRoot nor runAsUser is said, the image decides, and most images are root. Root in a container is root on the node for the kernel: one flaw in the kernel, the runtime or a mount is then enough to get out.',
    },
    fix: {
      en: 'Set runAsNonRoot: true in the securityContext of the pod; the kubelet then refuses to start the container as root. Where the image has no user of its own, set runAsUser as well (10001).',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Its image decides whether it is root: {where}.' },
    { en: 'Says that it is not root, or which user it is ({containers} looked at).' },
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
spec: { template: { spec: { securityContext: { runAsNonRoot: true }, containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, maybeRoot),
})
