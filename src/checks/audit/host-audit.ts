import { defineCheck } from '#model/check.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'audit/host-audit',
  severity: 'low',
  controls: { topic: ['T23'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'Nodes keep an audit log of their own' },
    why: {
      en: 'The API server’s audit log ends where the node begins: who signed in over SSH, what was run as root, which file of /etc/kubernetes was changed stands nowhere in it.',
    },
    fix: {
      en: 'Switch on auditd (or the provider’s agent) with rules for /etc/kubernetes, /var/lib/kubelet, /var/lib/etcd, the runtime’s socket and sign-ins, and send its log away. On managed nodes look for the provider’s own log of nodes. Then attest it.',
    },
  },
  reads: ['nodes'],
  messages: { attest: { en: 'The API does not show it for any of the {nodes} nodes. Look at one of them (auditctl -l), then attest it.' } },
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: worker-2 }
`,
  },
  evaluate: function* ({ nodes }) {
    if (nodes.length > 0) yield { status: 'manual', object: CLUSTER, message: 'attest', params: { nodes: nodes.length } }
  },
})
