import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/apparmor-unconfined',
  severity: 'medium',
  controls: { topic: ['T05'], cis: ['5.6.3'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'AppArmor is not switched off' },
    why: {
      en: 'On nodes with AppArmor every container has a profile of the runtime that keeps it from mounts, from the settings of the kernel and from other processes. Unconfined takes it away. Where nodes have no AppArmor the field does nothing, and no harm.',
    },
    fix: {
      en: 'Remove appArmorProfile (and the old annotation container.apparmor.security.beta.kubernetes.io/…), or name a Localhost profile.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'AppArmor is switched off: {where}.' }, { en: 'AppArmor is not switched off ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { appArmorProfile: { type: Unconfined } } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, securityContext: { appArmorProfile: { type: RuntimeDefault } } }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'appArmorProfile', context),
})
