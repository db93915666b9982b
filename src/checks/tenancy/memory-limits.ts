import { defineCheck } from '#model/check.ts'
import { AMOUNT_KINDS, amountMessages, overAmounts } from './amounts.ts'

export const check = defineCheck({
  id: 'tenancy/memory-limits',
  severity: 'medium',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Containers have a limit of memory' },
    why: {
      en: 'Without a limit one container can take all the memory of its node: the kernel then kills others, and an attacker has a way to stop neighbours that he cannot reach.',
    },
    fix: {
      en: 'Set resources.limits.memory to what the program needs at its worst, or give the namespace a LimitRange with a default. `kubeharden preview quota --propose` shows what fits today’s use.',
    },
  },
  reads: AMOUNT_KINDS,
  messages: amountMessages('limits', 'memory'),
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
spec: { template: { spec: { containers: [{ name: app, resources: { limits: { memory: 128Mi } } }] } } }
`,
  },
  evaluate: (lists) => overAmounts(lists, 'limits', 'memory'),
})
