import { defineCheck } from '#model/check.ts'
import { coverageOf, type Program, recognised } from '#simulate/software.ts'
import { CLUSTER, params, seesCluster } from '#simulate/workloadsRefs.ts'

const COLLECTORS: readonly Program[] = [
  { name: 'Fluent Bit', images: ['fluent-bit', 'aws-for-fluent-bit', 'fluent-bit-gke'] },
  { name: 'Fluentd', images: ['fluentd', 'fluentd-kubernetes-daemonset', 'fluentd-elasticsearch', 'fluentd-hec'] },
  { name: 'Vector', images: ['timberio/vector', 'vector'] },
  { name: 'Promtail', images: ['promtail'] },
  { name: 'Grafana Alloy', images: ['grafana/alloy', 'alloy'] },
  { name: 'Filebeat', images: ['filebeat'] },
  { name: 'Elastic Agent', images: ['elastic-agent'] },
  {
    name: 'OpenTelemetry Collector',
    images: ['opentelemetry-collector', 'opentelemetry-collector-contrib', 'opentelemetry-collector-k8s'],
  },
  { name: 'Datadog Agent', images: ['datadog/agent', 'datadoghq/agent'] },
  { name: 'Azure Monitor agent', images: ['azuremonitor/containerinsights/ciprod'] },
]

export const check = defineCheck({
  id: 'audit/log-collector',
  severity: 'medium',
  controls: { topic: ['T24'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'Logs are collected from every node' },
    why: {
      en: 'Logs on a node go with the pod, with the node, and with whoever cleans up behind themselves. What was not sent away is not there when it is asked for.',
    },
    fix: {
      en: 'Run a log collector (Fluent Bit, Vector, Alloy, an OpenTelemetry Collector) as a DaemonSet that tolerates the taints of all nodes, the control plane’s too, and let it send to a place outside of the cluster.',
    },
  },
  reads: ['daemonSets', 'deployments', 'statefulSets', 'nodes', 'namespaces'],
  messages: {
    everywhere: { en: '{program} is ready on {ready} of {nodes} nodes.' },
    partly: { en: '{program} is ready on {ready} of {nodes} nodes.' },
    none: { en: 'No log collector was recognised on the nodes.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: v1
kind: Node
metadata: { name: cp-1 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: fluent-bit, namespace: logging }
spec: { template: { spec: { containers: [{ name: fluent-bit, image: 'docker.io/fluent/fluent-bit:4.1.0' }] } } }
status: { numberReady: 1 }
`,
    good: `
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: fluent-bit, namespace: logging }
spec: { template: { spec: { containers: [{ name: fluent-bit, image: 'docker.io/fluent/fluent-bit:4.1.0' }] } } }
status: { numberReady: 1 }
`,
  },
  evaluate: function* ({ nodes, namespaces, ...lists }, { complete }) {
    const found = recognised({ daemonSets: lists.daemonSets }, COLLECTORS)
    for (const { program, template } of found) {
      const covers = coverageOf(template.ref, lists.daemonSets, nodes)
      if (covers === undefined) continue
      const whole = covers.ready >= covers.nodes
      yield {
        status: whole ? 'pass' : 'fail',
        object: template.ref,
        saw: program,
        message: whole ? 'everywhere' : 'partly',
        params: params({ program, ...covers }),
      }
    }
    if (found.length === 0 && seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
  },
})
