import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/seccomp-unconfined',
  severity: 'high',
  controls: { topic: ['T05'], cis: ['5.6.2'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Seccomp is not switched off' },
    why: { en: 'Unconfined lets a container use every system call of the kernel, those too that are of use only to break out of it.' },
    fix: {
      en: 'Remove seccompProfile or set type: RuntimeDefault. Where a program needs a rare call, a Localhost profile allows that one alone.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Seccomp is switched off: {where}.' }, { en: 'Seccomp is not switched off ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { seccompProfile: { type: Unconfined } } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { seccompProfile: { type: RuntimeDefault } } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'seccompProfile_baseline', context),
})
