import { defineCheck } from '#model/check.ts'
import { RESERVE } from '#model/loss.ts'
import { capacityOf } from '#simulate/loss/capacity.ts'
import { nodeViews, podView } from '#simulate/schedule/world.ts'
import { isFinished } from '#simulate/workloads.ts'
import { CLUSTER } from '#simulate/workloadsRefs.ts'

export const check = defineCheck({
  id: 'backup/capacity-reserve',
  severity: 'medium',
  controls: { topic: ['T18'] },
  text: {
    title: { en: 'Requests leave room for the loss of a node' },
    why: {
      en: 'Where requests take more than 70 % of what the nodes can give, the pods of a lost node or of a lost zone find no place on the others: a small failure becomes a long outage.',
    },
    fix: {
      en: 'Add nodes, or lower requests that are far above real use. `kubeharden preview loss` shows which pods would find no place without which node.',
    },
  },
  reads: ['nodes', 'pods'],
  messages: {
    room: { en: 'Requests take {percent} % of {resource} on nodes that take any pod.' },
    tight: { en: 'Requests take {percent} % of {resource} on nodes that take any pod; 70 % leaves room for a loss.' },
    none: { en: 'No node takes pods that tolerate nothing.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
status: { allocatable: { cpu: "1", memory: 4Gi } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { nodeName: worker-1, containers: [{ name: app, resources: { requests: { cpu: 800m, memory: 1Gi } } }] }
status: { phase: Running }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
status: { allocatable: { cpu: "2", memory: 4Gi } }
---
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { nodeName: worker-1, containers: [{ name: app, resources: { requests: { cpu: 800m, memory: 1Gi } } }] }
status: { phase: Running }
`,
  },
  evaluate: function* ({ nodes, pods }) {
    if (nodes.length === 0) return
    const running = pods.filter((pod) => pod.spec.nodeName !== undefined && !isFinished(pod)).map((pod) => podView(pod, new Map()))
    for (const { resource, share } of capacityOf(nodeViews(nodes, running))) {
      if (share === undefined) {
        yield { status: 'not-applicable', object: CLUSTER, path: resource, message: 'none' }
        continue
      }
      const fails = share > RESERVE
      const params = { resource, percent: Math.round(share * 100) }
      yield { status: fails ? 'fail' : 'pass', object: CLUSTER, path: resource, message: fails ? 'tight' : 'room', params }
    }
  },
})
