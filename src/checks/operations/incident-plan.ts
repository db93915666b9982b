import { defineCheck } from '#model/check.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'operations/incident-plan',
  severity: 'medium',
  controls: { topic: ['T28'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'Somebody knows what to do when the cluster is broken into' },
    why: {
      en: 'In an incident the first reflex is to delete the pod, and with it the evidence. Who decides, who is called, how a pod or a node is cut off and what is saved first has to stand somewhere before.',
    },
    fix: {
      en: 'Write down for this cluster: contacts, who may decide, how to isolate a pod (a NetworkPolicy on a label) and a node (cordon, firewall), what to save first (kubeharden snapshot, the audit log, container filesystems), how to revoke credentials (kubeharden rbac reach). Try it once, then attest it with the date of the drill.',
    },
  },
  reads: ['namespaces'],
  messages: {
    attest: {
      en: 'Only people can say whether there is a plan and when it was tried. Attest it, with where it stands and the date of the last drill.',
    },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
  },
  evaluate: function* ({ namespaces }) {
    if (namespaces.some((n) => n.metadata.name === 'kube-system')) yield { status: 'manual', object: CLUSTER, message: 'attest' }
  },
})
