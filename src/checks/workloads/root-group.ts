import { defineCheck } from '#model/check.ts'
import { rootGroups } from '#simulate/judged/containers.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/root-group',
  severity: 'low',
  controls: { topic: ['T04'], cis: ['5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container is told to be in the group of root' },
    why: {
      en: 'Many files in images and on nodes may be read, and some written, by the group root. Group 0 gives them to a process that is not root itself.',
    },
    fix: {
      en: 'Set runAsGroup (and fsGroup) to a number of its own, such as 10001. Images for OpenShift need group 0 on purpose: accept the finding there.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'In the group of root ({saw}): {where}.' },
    { en: 'Not told to be in the group of root ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { runAsUser: 10001, runAsGroup: 0 } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { runAsUser: 10001, runAsGroup: 10001 } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, rootGroups),
})
