import { defineCheck } from '#model/check.ts'
import { overQuotas, quotaMessages } from './quotas.ts'

const BOUNDS = /(^|\/)(requests\.storage|persistentvolumeclaims)$|^(requests\.|limits\.)?ephemeral-storage$/

export const check = defineCheck({
  id: 'tenancy/storage-quota',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces have a quota of storage' },
    why: { en: 'Without a bound any claim is served: the pool of disks fills up, or the bill does, and volumes of others cannot grow.' },
    fix: {
      en: 'Bound requests.storage or persistentvolumeclaims in the ResourceQuota of the namespace; for single classes CLASS.storageclass.storage.k8s.io/requests.storage.',
    },
  },
  reads: ['namespaces', 'resourceQuotas'],
  messages: quotaMessages('storage'),
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: shop, namespace: shop }
spec: { hard: { requests.cpu: 4 } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: v1
kind: ResourceQuota
metadata: { name: shop, namespace: shop }
spec: { hard: { requests.cpu: 4, requests.storage: 100Gi } }
`,
  },
  evaluate: (lists) => overQuotas(lists, (resource) => BOUNDS.test(resource)),
})
