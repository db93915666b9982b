import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/proc-mount',
  severity: 'medium',
  controls: { topic: ['T04'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'What the runtime hides of /proc stays hidden' },
    why: {
      en: 'procMount: Unmasked shows the whole of /proc in the container, kernel settings that can be written included. Only what builds containers inside of containers has a use for it.',
    },
    fix: { en: 'Remove procMount. Where containers are built, use it together with hostUsers: false, or build on nodes of their own.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Sees all of /proc: {where}.' }, { en: 'Sees the usual parts of /proc ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { procMount: Unmasked } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { procMount: Default } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'procMount', context),
})
