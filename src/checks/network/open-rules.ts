import { defineCheck } from '#model/check.ts'
import { directionsOf, isEverybody, limitsPorts, rulesOf } from '#simulate/network/rules.ts'
import { refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'network/open-rules',
  severity: 'medium',
  controls: { topic: ['T11'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'No policy lets everybody in on every port' },
    why: {
      en: 'A rule without peers, with 0.0.0.0/0 or with an empty namespaceSelector, and without ports, gives away all that the other policies deny: policies add up, and the most open one wins.',
    },
    fix: { en: 'Name the pods and namespaces that need access, or at least the ports that are meant to be public.' },
  },
  reads: ['networkPolicies'],
  messages: {
    open: { en: 'Ingress rule {rule} lets {who} in on every port.' },
    named: { en: 'Its ingress rules name peers or ports.' },
  },
  examples: {
    bad: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ namespaceSelector: {} }] }]
`,
    good: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ protocol: TCP, port: 8080 }] }]
`,
  },
  evaluate: function* ({ networkPolicies }) {
    for (const policy of networkPolicies) {
      if (!directionsOf(policy).includes('Ingress')) continue
      const object = refTo('networkPolicies', policy)
      const rules = rulesOf(policy, 'Ingress')
      const index = rules.findIndex((r) => !limitsPorts(r) && (r.peers.length === 0 || r.peers.some(isEverybody)))
      const peer = rules[index]?.peers.find(isEverybody)
      const who = peer?.ipBlock !== undefined ? peer.ipBlock.cidr : peer !== undefined ? 'every pod of every namespace' : 'everybody'
      if (index === -1) yield { status: 'pass', object, message: 'named' }
      else yield { status: 'fail', object, path: `spec.ingress[${index}]`, saw: who, message: 'open', params: { rule: index + 1, who } }
    }
  },
})
