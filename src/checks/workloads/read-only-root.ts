import { defineCheck } from '#model/check.ts'
import { writableRoots } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/read-only-root',
  severity: 'low',
  controls: { topic: ['T04'], cis: ['5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Containers cannot write into their own files' },
    why: { en: 'A root filesystem that can be written lets an intruder bring tools, change the program and stay until the next restart.' },
    fix: { en: 'Set readOnlyRootFilesystem: true, with an emptyDir where the program writes (/tmp, caches).' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'May write its own files: {where}.' }, { en: 'Cannot write its own files ({containers} looked at).' }),
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
spec: { template: { spec: { containers: [{ name: app, securityContext: { readOnlyRootFilesystem: true } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, writableRoots),
})
