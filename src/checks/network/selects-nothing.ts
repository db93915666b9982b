import { defineCheck } from '#model/check.ts'
import { selects, selectsAll } from '#simulate/selectors.ts'
import { podTemplates, WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params, refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'network/selects-nothing',
  severity: 'low',
  controls: { topic: ['T11'] },
  text: {
    title: { en: 'Every policy selects pods' },
    why: {
      en: 'A policy whose selector fits no pod protects nothing, yet reads as if it did. Often a label was renamed or mistyped, and the pods it was written for stand open.',
    },
    fix: { en: 'Correct the podSelector (`kubectl get pods --show-labels`), or delete the policy if its application is gone.' },
  },
  reads: ['networkPolicies', ...WORKLOAD_KINDS],
  messages: {
    all: { en: 'Selects every pod of its namespace.' },
    some: { en: 'Selects {workloads} workloads.' },
    none: { en: 'Selects no pod and no pod template of its namespace.' },
  },
  examples: {
    bad: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: { matchLabels: { app: database } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec: { template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db }] } } }
`,
    good: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec: { podSelector: { matchLabels: { app: db } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: db, namespace: shop }
spec: { template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: db }] } } }
`,
  },
  evaluate: function* ({ networkPolicies, ...lists }) {
    const templates = podTemplates(lists)
    for (const policy of networkPolicies) {
      const object = refTo('networkPolicies', policy)
      const namespace = policy.metadata.namespace ?? 'default'
      const selector = policy.spec.podSelector
      // A running pod may carry labels that its template lacks: StatefulSets and admission webhooks add some.
      const workloads = templates.filter((t) => t.namespace === namespace && selects(selector, t.labels)).length
      const livePod = () =>
        lists.pods.some((p) => (p.metadata.namespace ?? 'default') === namespace && selects(selector, p.metadata.labels))
      if (selectsAll(selector)) yield { status: 'pass', object, message: 'all' }
      else if (workloads > 0 || livePod())
        yield { status: 'pass', object, message: 'some', params: params({ workloads: Math.max(1, workloads) }) }
      else yield { status: 'fail', object, path: 'spec.podSelector', saw: JSON.stringify(selector), message: 'none' }
    }
  },
})
