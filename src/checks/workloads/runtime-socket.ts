import { defineCheck } from '#model/check.ts'
import { holdsRuntimeSocket, hostPathSpots } from '#simulate/judged/hostPaths.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/runtime-socket',
  severity: 'critical',
  controls: { topic: ['T04'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod holds the socket of the container runtime' },
    why: {
      en: 'Who talks to containerd, CRI-O or Docker starts a privileged container on the node, past the API server, RBAC and admission. Mounting the socket read-only changes nothing: it is still talked to.',
    },
    fix: {
      en: 'Remove the mount. Build images with tools that need no runtime (BuildKit rootless, Buildah), and read metrics and logs from the kubelet.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Holds {saw}{origin}.' }, { en: 'Holds no socket of a container runtime ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, hostPath: { path: /var/run/docker.sock } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, hostPath: { path: /var/run/app.sock } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => hostPathSpots(pod, holdsRuntimeSocket)),
})
