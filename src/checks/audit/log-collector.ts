import { defineCheck } from '#model/check.ts'
import type { Program } from '#simulate/software.ts'
import { AGENT_KINDS, agentMessages, onEveryNode } from './agents.ts'

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
  reads: AGENT_KINDS,
  messages: agentMessages('No log collector was recognised on the nodes.'),
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
  evaluate: (lists, context) => onEveryNode(lists, COLLECTORS, context),
})
