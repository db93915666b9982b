import { defineCheck } from '#model/check.ts'
import { debugContainers } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/debug-containers',
  severity: 'low',
  controls: { topic: ['T29'] },
  text: {
    title: { en: 'Debugged pods are replaced afterwards' },
    why: {
      en: 'An ephemeral container stays in its pod until the pod is gone: with its tools, and with what was done in it. Somebody looked into this program by hand; what it runs now is not what was rolled out.',
    },
    fix: { en: 'When the debugging is done, delete the pod; its controller makes a new one without the debug container.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Was debugged with {saw}: {where}.' }, { en: 'No debug container in its pods ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: v1
kind: Pod
metadata: { name: web-0, namespace: shop }
spec: { containers: [{ name: app, image: 'registry.example/web:1.4' }], ephemeralContainers: [{ name: debugger-x7k2p, image: busybox }] }
`,
    good: `
apiVersion: v1
kind: Pod
metadata: { name: web-0, namespace: shop }
spec: { containers: [{ name: app, image: 'registry.example/web:1.4' }] }
`,
  },
  evaluate: (lists) => verdicts(lists, debugContainers),
})
