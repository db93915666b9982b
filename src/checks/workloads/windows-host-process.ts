import { defineCheck } from '#model/check.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { byStandard, messages } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/windows-host-process',
  severity: 'critical',
  controls: { topic: ['T04'], cis: ['5.2.10'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod is a process of its Windows node' },
    why: {
      en: 'A HostProcess container on Windows is no container: it runs on the node, with the rights of the user it names, up to SYSTEM.',
    },
    fix: {
      en: 'Remove windowsOptions.hostProcess. Agents that need the node belong into a namespace of their own where few may create pods.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Runs as a process of its Windows node: {where}.' },
    { en: 'Is no process of a Windows node ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { os: { name: windows }, hostNetwork: true, securityContext: { windowsOptions: { hostProcess: true } }, containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { os: { name: windows }, containers: [{ name: app }] } } }
`,
  },
  evaluate: (lists, context) => byStandard(lists, 'windowsHostProcess', context),
})
