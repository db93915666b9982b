import { defineCheck } from '#model/check.ts'
import { replicatedWorkloads } from './replicated.ts'

export const check = defineCheck({
  id: 'backup/single-replica',
  severity: 'medium',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Workloads survive the loss of one pod' },
    why: {
      en: 'With one replica every node drain, eviction and crash is an outage, so nodes are patched late. One pod is also easy to take down on purpose.',
    },
    fix: {
      en: 'Run two or more replicas. Where the program allows only one (a leader, a database without replication), accept this finding and say so.',
    },
  },
  reads: ['deployments', 'statefulSets'],
  messages: {
    single: { en: 'Runs one replica.' },
    several: { en: 'Runs {replicas} replicas.' },
    off: { en: 'Is scaled to zero.' },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { replicas: 1, template: { spec: { containers: [{ name: app, image: 'registry.example/web:1.4' }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { replicas: 3, template: { spec: { containers: [{ name: app, image: 'registry.example/web:1.4' }] } } }
`,
  },
  evaluate: function* (lists) {
    for (const { ref, replicas } of replicatedWorkloads(lists)) {
      const at = { object: ref, path: 'spec.replicas', saw: String(replicas) }
      if (replicas === 1) yield { status: 'fail', ...at, message: 'single' }
      else if (replicas === 0) yield { status: 'not-applicable', ...at, message: 'off' }
      else yield { status: 'pass', ...at, message: 'several', params: { replicas } }
    }
  },
})
