import { defineCheck } from '#model/check.ts'
import { byControl } from '#simulate/judged/control.ts'
import { JUDGED_KINDS } from '#simulate/judged/judged.ts'
import { minorOf } from '#simulate/podSecurity/version.ts'
import { messages, verdicts } from './verdicts.ts'

export const check = defineCheck({
  id: 'workloads/host-ports',
  severity: 'medium',
  controls: { topic: ['T04'], cis: ['5.2.12'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No container takes a port of its node' },
    why: {
      en: 'A hostPort opens the container on the address of the node, past every Service, and for hostPort many network plugins do not enforce policies as for other traffic. It also ties pods to nodes on which the port is free.',
    },
    fix: {
      en: 'Remove hostPort and reach the pods through a Service: NodePort, LoadBalancer or an Ingress where they are for the outside.',
    },
  },
  reads: JUDGED_KINDS,
  messages: messages({ en: 'Takes a port of its node ({saw}): {where}.' }, { en: 'Takes no port of its node ({containers} looked at).' }),
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, ports: [{ containerPort: 8080, hostPort: 8080 }] }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, ports: [{ containerPort: 8080 }] }] } } }
`,
  },
  // With hostNetwork the API server itself fills in a hostPort for each port: that is host-network's matter.
  evaluate: (lists, { cluster }) =>
    verdicts(lists, byControl('hostPorts', minorOf('latest', cluster.version)), ({ templates }) =>
      templates.every(({ spec }) => spec.hostNetwork !== true),
    ),
})
