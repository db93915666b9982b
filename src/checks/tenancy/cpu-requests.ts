import { defineCheck } from '#model/check.ts'
import { AMOUNT_KINDS, amountMessages, overAmounts } from './amounts.ts'

export const check = defineCheck({
  id: 'tenancy/cpu-requests',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Containers request CPU' },
    why: {
      en: 'Without a request a container gets what others leave over: under load, nearly nothing. Autoscaling and quotas do not see it either.',
    },
    fix: {
      en: 'Set resources.requests.cpu to what the program uses in ordinary times, or give the namespace a LimitRange with a default request.',
    },
  },
  reads: AMOUNT_KINDS,
  messages: amountMessages('requests', 'cpu'),
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
spec: { template: { spec: { containers: [{ name: app, resources: { requests: { cpu: 100m } } }] } } }
`,
  },
  evaluate: (lists) => overAmounts(lists, 'requests', 'cpu'),
})
