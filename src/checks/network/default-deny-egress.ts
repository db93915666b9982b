import { defineCheck } from '#model/check.ts'
import { namespaceRef, params } from '#simulate/workloadsRefs.ts'
import { standOf, userNamespaces } from './namespaces.ts'

export const check = defineCheck({
  id: 'network/default-deny-egress',
  severity: 'medium',
  controls: { topic: ['T11'], cis: ['5.3.2'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'Namespaces deny outgoing traffic by default' },
    why: {
      en: 'A pod that may open connections anywhere can send data out, load tools, and reach the metadata service and the rest of the cluster. Limits on the way out stop most of what follows a break-in.',
    },
    fix: {
      en: 'Add a NetworkPolicy with an empty podSelector and policyTypes [Egress] that allows DNS (UDP and TCP), and policies for what each application needs. Policies of Cilium or Calico of their own kinds are not read.',
    },
  },
  reads: ['namespaces', 'networkPolicies'],
  messages: {
    denied: { en: 'NetworkPolicy {policy} denies outgoing traffic by default.' },
    isolated: { en: 'NetworkPolicy {policy} selects every pod and lets through only what its rules name.' },
    opened: { en: 'NetworkPolicy {policy} selects every pod and lets all outgoing traffic through, so no other policy counts.' },
    partly: {
      en: 'Its policies ({policies}) select some pods only; every other pod, and every new one, has no limit on outgoing traffic.',
    },
    open: { en: 'No NetworkPolicy limits outgoing traffic.' },
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
  policyTypes: [Egress]
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
  policyTypes: [Egress]
`,
  },
  evaluate: function* ({ namespaces, networkPolicies }) {
    for (const namespace of userNamespaces(namespaces)) {
      const object = namespaceRef(namespace)
      const stand = standOf(networkPolicies, namespace, 'Egress')
      if (stand.kind === 'denied' || stand.kind === 'isolated')
        yield { status: 'pass', object, saw: stand.by, message: stand.kind, params: params({ policy: stand.by }) }
      else if (stand.kind === 'opened')
        yield { status: 'fail', object, saw: stand.by, message: 'opened', params: params({ policy: stand.by }) }
      else if (stand.kind === 'partly') yield { status: 'fail', object, message: 'partly', params: params({ policies: stand.policies }) }
      else yield { status: 'fail', object, message: 'open' }
    }
  },
})
