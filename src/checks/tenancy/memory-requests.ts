import { defineCheck } from '#model/check.ts'
import { AMOUNT_KINDS, amountMessages, overAmounts } from './amounts.ts'

export const check = defineCheck({
  id: 'tenancy/memory-requests',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Containers request memory' },
    why: {
      en: 'Without a request the scheduler counts the container as nothing: nodes are filled until memory runs out, and such pods are killed first.',
    },
    fix: {
      en: 'Set resources.requests.memory to what the program uses in ordinary times, or give the namespace a LimitRange with a default request.',
    },
  },
  reads: AMOUNT_KINDS,
  messages: amountMessages('requests', 'memory'),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, resources: { requests: { memory: 128Mi } } }] } } }
`,
  },
  evaluate: (lists) => overAmounts(lists, 'requests', 'memory'),
})
