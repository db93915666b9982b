import { defineCheck } from '#model/check.ts'
import { hostPathSpots } from '#simulate/judged/hostPaths.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-path',
  severity: 'medium',
  controls: { topic: ['T04'], cis: ['5.2.11'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod mounts folders of its node' },
    why: {
      en: 'What a pod mounts from its node is outside of its limits: it survives the pod, other pods mount it too, and a symlink in it may lead further than meant.',
    },
    fix: {
      en: 'Use a PersistentVolume, a ConfigMap, a Secret, an emptyDir or a projected volume. Agents that must see the node belong into a namespace of their own where few may create pods.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Mounts {saw} of its node{origin}.' }, { en: 'Mounts nothing of its node ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, hostPath: { path: /srv/data } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, emptyDir: {} }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => hostPathSpots(pod, () => true)),
})
