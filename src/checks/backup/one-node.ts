import { defineCheck } from '#model/check.ts'
import { refKey } from '#model/refs.ts'
import { isFinished, topOwner } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { replicatedWorkloads } from './replicated.ts'

const ZONE = 'topology.kubernetes.io/zone'

export const check = defineCheck({
  id: 'backup/one-node',
  severity: 'medium',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Replicas run on several nodes and zones' },
    why: { en: 'Replicas on one node, or in one zone, go down together: the second replica helps against a crash of the program only.' },
    fix: {
      en: 'Add topologySpreadConstraints over kubernetes.io/hostname and topology.kubernetes.io/zone, then let the pods be made anew (kubectl rollout restart).',
    },
  },
  reads: ['nodes', 'pods', 'deployments', 'statefulSets'],
  messages: {
    spread: { en: '{pods} pods on {nodes} nodes, in {zones} zones.' },
    node: { en: 'All {pods} pods run on node {node}.' },
    zone: { en: 'All {pods} pods run in zone {zone}; there are {zones} zones.' },
    lone: { en: 'The cluster has one node.' },
  },
  examples: {
    bad: example('worker-1'),
    good: example('worker-2'),
  },
  evaluate: function* ({ nodes, pods, ...lists }) {
    const zoneOf = new Map(nodes.map((node) => [node.metadata.name, node.metadata.labels[ZONE]]))
    const allZones = new Set(nodes.flatMap((node) => node.metadata.labels[ZONE] ?? [])).size
    const running = pods.filter((pod) => (pod.spec.nodeName ?? '') !== '' && !isFinished(pod))
    const byOwner = Map.groupBy(running, (pod) => refKey(topOwner(pod)))
    for (const { ref } of replicatedWorkloads(lists)) {
      const own = byOwner.get(refKey(ref)) ?? []
      if (own.length < 2) continue
      const on = [...new Set(own.map((pod) => pod.spec.nodeName ?? ''))]
      const zones = [...new Set(on.flatMap((name) => zoneOf.get(name) ?? []))]
      const [node = ''] = on
      const [zone = ''] = zones
      const counts = params({ pods: own.length, nodes: on.length, zones: zones.length, node, zone })
      if (nodes.length < 2) yield { status: 'not-applicable', object: ref, message: 'lone' }
      else if (on.length === 1) yield { status: 'fail', object: ref, message: 'node', params: counts }
      else if (zones.length === 1 && allZones > 1)
        yield { status: 'fail', object: ref, message: 'zone', params: { ...counts, zones: allZones } }
      else yield { status: 'pass', object: ref, message: 'spread', params: counts }
    }
  },
})

/** Two replicas, the second one on this node. */
function example(second: string): string {
  const pod = (name: string, node: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: web, pod-template-hash: abc }, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, controller: true }] }
spec: { nodeName: ${node}, containers: [{ name: app }] }
status: { phase: Running }`
  return `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Node
metadata: { name: worker-2 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { replicas: 2, selector: { matchLabels: { app: web } }, template: { spec: { containers: [{ name: app }] } } }
---${pod('web-abc-1', 'worker-1')}
---${pod('web-abc-2', second)}
`
}
