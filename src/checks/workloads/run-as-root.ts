import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/run-as-root',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.7', '5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container is told to run as root' },
    why: {
      en: 'runAsUser: 0 makes the program root whatever its image says. Root in a container is root on the node for the kernel: one flaw in the kernel, the runtime or a mount is then enough to get out.',
    },
    fix: {
      en: 'Remove runAsUser: 0 or set a user of its own (10001). Files that it writes must belong to that user, or to the fsGroup of the pod.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Told to run as user 0: {where}.' }, { en: 'Not told to run as user 0 ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { runAsUser: 0 } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { runAsUser: 10001 } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'runAsUser', context),
})
