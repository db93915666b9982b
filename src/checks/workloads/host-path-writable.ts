import { defineCheck } from '#model/check.ts'
import { writableHostPaths } from '#simulate/judged/hostPaths.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-path-writable',
  severity: 'high',
  controls: { topic: ['T04'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container writes folders of its node' },
    why: {
      en: 'What a container writes on its node stays when the pod is gone, and is read by others there: programs, service files, logs with symlinks. That is how one pod becomes the node.',
    },
    fix: { en: 'Set readOnly: true on the volumeMount, or use a PersistentVolume or an emptyDir.' },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'May write {saw} of its node: {where}.' }, { en: 'Writes nothing of its node ({containers} looked at).' }),
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
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v, readOnly: true }] }], volumes: [{ name: v, hostPath: { path: /srv/data } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, writableHostPaths),
})
