import { defineCheck } from '#model/check.ts'
import { FOREIGN_KINDS } from '#simulate/network/foreign.ts'
import { defaultDeny, denyMessages } from './namespaces.ts'

export const check = defineCheck({
  id: 'network/default-deny',
  severity: 'high',
  controls: { topic: ['T11'], cis: ['5.3.2'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces deny incoming traffic by default' },
    why: {
      en: 'Without a default deny every pod of the cluster can reach every pod of the namespace. One broken web application is then a step to the database, the metrics, the build system.',
    },
    fix: {
      en: 'Add a NetworkPolicy with an empty podSelector and policyTypes [Ingress], together with policies for the flows that are needed.',
    },
  },
  reads: ['namespaces', 'networkPolicies', ...FOREIGN_KINDS],
  messages: denyMessages('incoming'),
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: db, namespace: shop }
spec:
  podSelector: { matchLabels: { app: db } }
  policyTypes: [Ingress]
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec:
  podSelector: {}
  policyTypes: [Ingress]
`,
  },
  evaluate: ({ namespaces, networkPolicies, ...foreign }) => defaultDeny(namespaces, networkPolicies, 'Ingress', foreign),
})
