import { defineCheck } from '#model/check.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'

/** Network plugins that can give namespaces addresses of their own. */
const PLUGINS = [
  {
    name: /^calico-node$/,
    plugin: 'Calico',
    how: 'an IPPool with a namespaceSelector, or the annotation cni.projectcalico.org/ipv4pools on the namespace',
  },
  { name: /^(kube-ovn-cni|ovs-ovn)$/, plugin: 'Kube-OVN', how: 'a Subnet that lists the namespace' },
  {
    name: /^cilium$/,
    plugin: 'Cilium',
    how: 'a CiliumPodIPPool and the annotation ipam.cilium.io/ip-pool on the namespace, in multi-pool mode',
  },
] as const

export const check = defineCheck({
  id: 'tenancy/ip-pools',
  severity: 'low',
  controls: { topic: ['T10'] },
  text: {
    title: { en: 'Tenants have address pools of their own where the network plugin offers them' },
    why: {
      en: 'Firewalls and logs outside of the cluster see addresses of pods, not namespaces. With a pool for each tenant they can tell tenants apart, and one tenant cannot use up the addresses of all.',
    },
    fix: {
      en: 'Give each tenant that talks to the outside, or is not trusted, a pool of its own, and put its range into the rules of your firewalls. Where addresses of pods never leave the cluster (they are translated at the node) this brings little. Attest here what you decided.',
    },
  },
  reads: ['daemonSets', 'namespaces'],
  messages: {
    attest: {
      en: '{plugin} can give namespaces pools of their own ({how}). Whether tenants need them only you can say: look, then attest it.',
    },
    none: { en: 'No network plugin was found that gives namespaces pools of their own.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: kube-system }
spec: { template: { spec: { containers: [{ name: calico-node }] } } }
`,
    good: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: calico-system }
spec: { template: { spec: { containers: [{ name: calico-node }] } } }
`,
  },
  *evaluate({ daemonSets, namespaces }, { complete }) {
    if (!seesCluster(namespaces, complete)) return
    const found = PLUGINS.find(({ name }) => daemonSets.some(({ metadata }) => name.test(metadata.name)))
    if (found === undefined) yield { status: 'not-applicable', object: CLUSTER, message: 'none' }
    else yield { status: 'manual', object: CLUSTER, message: 'attest', params: { plugin: found.plugin, how: found.how } }
  },
})
