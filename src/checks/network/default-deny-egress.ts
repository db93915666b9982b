import { defineCheck } from '#model/check.ts'
import { FOREIGN_KINDS } from '#simulate/network/foreign.ts'
import { defaultDeny, denyMessages } from './namespaces.ts'

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
      en: 'Add a NetworkPolicy with an empty podSelector and policyTypes [Egress] that allows DNS (UDP and TCP), and policies for what each application needs.',
    },
  },
  reads: ['namespaces', 'networkPolicies', ...FOREIGN_KINDS],
  messages: denyMessages('outgoing'),
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
  evaluate: ({ namespaces, networkPolicies, ...foreign }) => defaultDeny(namespaces, networkPolicies, 'Egress', foreign),
})
