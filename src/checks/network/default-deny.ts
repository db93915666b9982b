import { defineCheck } from '#model/check.ts'
import { namespaceRef, params } from '#simulate/workloadsRefs.ts'
import { standOf, userNamespaces } from './namespaces.ts'

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
      en: 'Add a NetworkPolicy with an empty podSelector and policyTypes [Ingress], together with policies for the flows that are needed. Policies of Cilium or Calico of their own kinds are not read: accept the finding where they do it.',
    },
  },
  reads: ['namespaces', 'networkPolicies'],
  messages: {
    denied: { en: 'NetworkPolicy {policy} denies incoming traffic by default.' },
    isolated: { en: 'NetworkPolicy {policy} selects every pod and lets through only what its rules name.' },
    opened: { en: 'NetworkPolicy {policy} selects every pod and lets all incoming traffic through, so no other policy counts.' },
    partly: {
      en: 'Its policies ({policies}) select some pods only; every other pod, and every new one, has no limit on incoming traffic.',
    },
    open: { en: 'No NetworkPolicy limits incoming traffic.' },
  },
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
  evaluate: function* ({ namespaces, networkPolicies }) {
    for (const namespace of userNamespaces(namespaces)) {
      const object = namespaceRef(namespace)
      const stand = standOf(networkPolicies, namespace, 'Ingress')
      if (stand.kind === 'denied' || stand.kind === 'isolated')
        yield { status: 'pass', object, saw: stand.by, message: stand.kind, params: params({ policy: stand.by }) }
      else if (stand.kind === 'opened')
        yield { status: 'fail', object, saw: stand.by, message: 'opened', params: params({ policy: stand.by }) }
      else if (stand.kind === 'partly') yield { status: 'fail', object, message: 'partly', params: params({ policies: stand.policies }) }
      else yield { status: 'fail', object, message: 'open' }
    }
  },
})
