import { defineCheck } from '#model/check.ts'
import type { Distribution } from '#model/state.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

type Way = 'eks' | 'gke' | 'aks' | 'other'
const WAYS: { readonly [D in Distribution]?: Way } = { eks: 'eks', gke: 'gke', aks: 'aks' }

export const check = defineCheck({
  id: 'operations/cloud-accounts',
  severity: 'medium',
  controls: { topic: ['T30', 'T22'], nsa: ['Authentication and authorization'] },
  text: {
    title: { en: 'The layer under the cluster is guarded as well' },
    why: {
      en: 'Whoever may change the cloud account, the hypervisor or the machines under the nodes needs no rights in Kubernetes: a snapshot of a disk, a new node, an access entry is enough.',
    },
    fix: {
      en: 'List who may administer the account or the machines, require two factors, let nodes have no credentials that their pods need not have (workload identity), and keep the API endpoint private or limited to known addresses. Then attest it.',
    },
  },
  reads: ['namespaces'],
  messages: {
    eks: {
      en: 'On EKS: look at access entries and aws-auth, at the IAM roles of nodes, at IRSA or Pod Identity, at IMDSv2 with a hop limit of 1, and at the endpoint’s public access. Then attest it.',
    },
    gke: {
      en: 'On GKE: look at IAM roles with container.*, at the service account of nodes, at Workload Identity, at authorized networks or a private endpoint. Then attest it.',
    },
    aks: {
      en: 'On AKS: look at Azure roles on the cluster and its node resource group, at local accounts (disable them), at workload identity, at authorized IP ranges or a private cluster. Then attest it.',
    },
    other: {
      en: 'Look at who administers the machines, their hypervisor and their backups, and at what credentials the nodes hold. Then attest it.',
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
  evaluate: function* ({ namespaces }, { cluster }) {
    if (!namespaces.some((n) => n.metadata.name === 'kube-system')) return
    yield { status: 'manual', object: CLUSTER, message: WAYS[cluster.distribution] ?? 'other' }
  },
})
