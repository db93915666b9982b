import { defineCheck } from '#model/check.ts'
import { hostPathSpots, isSensitive } from '#simulate/judged/hostPaths.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-path-sensitive',
  severity: 'high',
  controls: { topic: ['T04'], cis: ['5.2.11'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No pod mounts what gives its node away' },
    why: {
      en: 'In /, /etc, /root, /proc, /sys, /var/lib/kubelet and their like lie the keys of the node, the tokens and Secrets of all pods there, and what root runs next. Reading them is enough to become the node; writing them is root at once.',
    },
    fix: {
      en: 'Mount the one file that is needed, read-only, from a place that holds nothing else; or let an agent of the node hand it out.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages(
    { en: 'Mounts {saw} of its node{origin}.' },
    { en: 'Mounts nothing of its node that gives it away ({containers} looked at).' },
  ),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, hostPath: { path: /etc } }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, volumeMounts: [{ name: v, mountPath: /v }] }], volumes: [{ name: v, hostPath: { path: /etc/localtime } }] } } }
`,
  },
  evaluate: (lists) => verdicts(lists, (pod) => hostPathSpots(pod, isSensitive)),
})
