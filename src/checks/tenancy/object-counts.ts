import { defineCheck } from '#model/check.ts'
import { overQuotas, quotaMessages } from './quotas.ts'

const BOUNDS = /^(count\/.+|pods|services|services\.(loadbalancers|nodeports)|secrets|configmaps|replicationcontrollers|resourcequotas)$/

export const check = defineCheck({
  id: 'tenancy/object-counts',
  severity: 'low',
  controls: { topic: ['T21'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces have a bound on the number of objects' },
    why: {
      en: 'Every object is kept in etcd and in the memory of the API server. A loop that makes ten thousand ConfigMaps, Jobs or Services stops the control plane for everybody.',
    },
    fix: {
      en: 'Bound pods and count/… of what is made in numbers: count/configmaps, count/secrets, count/jobs.batch, services.loadbalancers.',
    },
  },
  reads: ['namespaces', 'resourceQuotas'],
  messages: quotaMessages('the number of objects'),
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
spec: { hard: { requests.cpu: 4, pods: 50, count/configmaps: 100 } }
`,
  },
  evaluate: (lists) => overQuotas(lists, (resource) => BOUNDS.test(resource)),
})
