import { defineCheck } from '#model/check.ts'
import { selects } from '#simulate/selectors.ts'
import { replicatedWorkloads } from './replicated.ts'

export const check = defineCheck({
  id: 'backup/no-disruption-budget',
  severity: 'low',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Replicated workloads have a disruption budget' },
    why: {
      en: 'Without a PodDisruptionBudget a drain or an autoscaler may evict all replicas at once: an outage in the middle of routine patching.',
    },
    fix: { en: 'Add a PodDisruptionBudget that selects the pods, with maxUnavailable: 1 for most workloads.' },
  },
  reads: ['deployments', 'statefulSets', 'podDisruptionBudgets'],
  messages: {
    covered: { en: 'PodDisruptionBudget {budget} selects its pods.' },
    missing: { en: 'Runs {replicas} replicas, and no PodDisruptionBudget selects them.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 3
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: app }] } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 3
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: app }] } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: shop }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
`,
  },
  evaluate: function* ({ podDisruptionBudgets, ...lists }) {
    for (const { ref, namespace, replicas, labels } of replicatedWorkloads(lists)) {
      if (replicas < 2) continue
      const budget = podDisruptionBudgets.find((b) => (b.metadata.namespace ?? 'default') === namespace && selects(b.spec.selector, labels))
        ?.metadata.name
      const params = { budget: budget ?? '', replicas }
      yield budget === undefined
        ? { status: 'fail', object: ref, message: 'missing', params }
        : { status: 'pass', object: ref, message: 'covered', params }
    }
  },
})
