import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/selinux-type',
  severity: 'medium',
  controls: { topic: ['T05'], cis: ['5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Pods keep the SELinux types that are made for containers' },
    why: {
      en: 'A type such as spc_t, or a user or role of its own, takes a container out of the confinement that SELinux gives to all others on its node.',
    },
    fix: {
      en: 'Remove type, user and role from seLinuxOptions; level may stay. A container that needs more gets a policy module of its own, reviewed as code is.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Chooses {saw}: {where}.' }, { en: 'Keeps to SELinux types for containers ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { securityContext: { seLinuxOptions: { type: spc_t } }, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { securityContext: { seLinuxOptions: { level: "s0:c1,c2" } }, containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'seLinuxOptions', context),
})
