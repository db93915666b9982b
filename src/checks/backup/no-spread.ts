import { defineCheck } from '#model/check.ts'
import { replicatedWorkloads } from './replicated.ts'

export const check = defineCheck({
  id: 'backup/no-spread',
  severity: 'low',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Replicas are spread over nodes or zones' },
    why: {
      en: 'Replicas that happen to run on one node die with it. The scheduler spreads a little by itself, but promises nothing once the cluster is busy.',
    },
    fix: { en: 'Add topologySpreadConstraints over kubernetes.io/hostname or topology.kubernetes.io/zone, or a podAntiAffinity.' },
  },
  reads: ['deployments', 'statefulSets'],
  messages: {
    spread: { en: 'Spreads its {replicas} replicas.' },
    missing: { en: 'Runs {replicas} replicas with neither topologySpreadConstraints nor podAntiAffinity.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { replicas: 3, template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 3
  template:
    spec:
      containers: [{ name: app }]
      topologySpreadConstraints:
        - { topologyKey: kubernetes.io/hostname, maxSkew: 1, whenUnsatisfiable: ScheduleAnyway }
`,
  },
  evaluate: function* (lists) {
    for (const { ref, replicas, spec } of replicatedWorkloads(lists)) {
      if (replicas < 2) continue
      const { podAntiAffinity } = spec.affinity as { podAntiAffinity?: object | null }
      const spread = spec.topologySpreadConstraints.length > 0 || (podAntiAffinity !== undefined && podAntiAffinity !== null)
      yield { status: spread ? 'pass' : 'fail', object: ref, message: spread ? 'spread' : 'missing', params: { replicas } }
    }
  },
})
