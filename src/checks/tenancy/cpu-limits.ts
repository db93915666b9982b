import { defineCheck } from '#model/check.ts'
import { AMOUNT_KINDS, amountMessages, overAmounts } from './amounts.ts'

export const check = defineCheck({
  id: 'tenancy/cpu-limits',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Containers have a limit of CPU' },
    why: {
      en: 'Without a limit a container uses all the CPU that is free: a miner that was smuggled in runs at full speed, and neighbours without requests wait. Where requests are set everywhere, some teams leave limits out on purpose; accept the finding then.',
    },
    fix: { en: 'Set resources.limits.cpu, or give the namespace a LimitRange with a default.' },
  },
  reads: AMOUNT_KINDS,
  messages: amountMessages('limits', 'cpu'),
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
spec: { template: { spec: { containers: [{ name: app, resources: { limits: { cpu: 100m } } }] } } }
`,
  },
  evaluate: (lists) => overAmounts(lists, 'limits', 'cpu'),
})
