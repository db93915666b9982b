import { defineCheck } from '#model/check.ts'
import { overQuotas, quotaMessages } from './quotas.ts'

const BOUNDS = /^((requests|limits)\.)?(cpu|memory)$/

export const check = defineCheck({
  id: 'tenancy/resource-quota',
  severity: 'medium',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces have a quota of CPU and memory' },
    why: {
      en: 'Without a quota one namespace can take all the CPU and memory of the cluster: by mistake, by a loop that makes pods, or on purpose. The others then stand still.',
    },
    fix: { en: '`kubeharden preview quota --propose -o yaml` writes quotas that fit what is used today and the next rollout.' },
  },
  reads: ['namespaces', 'resourceQuotas'],
  messages: quotaMessages('CPU or memory'),
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: shop, namespace: shop }
spec: { hard: { requests.cpu: 4, requests.memory: 8Gi, limits.memory: 16Gi } }
`,
  },
  evaluate: (lists) => overQuotas(lists, (resource) => BOUNDS.test(resource)),
})
