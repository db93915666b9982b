import { defineCheck } from '#model/check.ts'
import { telling } from '#simulate/network/cni.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'network/enforcement',
  severity: 'high',
  controls: { topic: ['T11'], cis: ['5.3.1'], nsa: ['Network separation and hardening'] },
  text: {
    title: { en: 'The network enforces policies' },
    why: {
      en: 'The API server accepts NetworkPolicies whether or not anything enforces them. On a network that does not, every policy is a promise that nobody keeps.',
    },
    fix: {
      en: 'Use a network program that enforces policies (Cilium, Calico, Antrea, kube-router), or add kube-network-policies beside flannel. On EKS switch on network policy support in the VPC CNI add-on.',
    },
  },
  reads: ['daemonSets'],
  messages: {
    enforced: { en: '{by} enforces NetworkPolicies.' },
    notRunning: { en: '{by} would enforce NetworkPolicies, but none of its pods is ready.' },
    never: { en: '{by} does not enforce NetworkPolicies, and nothing beside it does.' },
    off: { en: '{by} can enforce NetworkPolicies, but this is switched off.' },
    unclear: {
      en: '{by} may enforce NetworkPolicies, depending on its version and settings. Try it: deny a connection and see whether it still works.',
    },
    nothing: {
      en: 'No known network program was recognised among the DaemonSets. Try it: deny a connection and see whether it still works.',
    },
    k3s: {
      en: 'k3s enforces NetworkPolicies with a built-in controller unless it was started with --disable-network-policy; the cluster does not show which.',
    },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kube-flannel-ds, namespace: kube-flannel }
spec: { template: { spec: { containers: [{ name: kube-flannel, image: 'ghcr.io/flannel-io/flannel:v0.27.4' }] } } }
`,
    good: `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: calico-node, namespace: calico-system }
spec: { template: { spec: { containers: [{ name: calico-node, image: 'quay.io/calico/node:v3.31.0' }] } } }
`,
  },
  evaluate: function* ({ daemonSets }, { cluster }) {
    const programs = telling(daemonSets)
    for (const { daemonSet, enforcement, ready } of programs) {
      const object = refTo('daemonSets', daemonSet)
      const { by } = enforcement
      const at = { object, saw: by, params: params({ by }) }
      if (enforcement.kind === 'enforced')
        yield ready ? { status: 'pass', ...at, message: 'enforced' } : { status: 'unknown', ...at, message: 'notRunning' }
      else if (enforcement.kind === 'unclear') yield { status: 'unknown', ...at, message: 'unclear' }
      else yield { status: 'fail', ...at, message: enforcement.why }
    }
    if (programs.length === 0) yield { status: 'unknown', object: CLUSTER, message: cluster.distribution === 'k3s' ? 'k3s' : 'nothing' }
  },
})
