import { defineCheck } from '#model/check.ts'
import { type Program, recognised } from '#simulate/software.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'

const COLLECTORS: readonly Program[] = [
  { name: 'Prometheus', images: ['prom/prometheus', 'prometheus/prometheus', 'prometheus'] },
  { name: 'VictoriaMetrics', images: ['victoria-metrics', 'vmagent', 'vmsingle', 'vmstorage'] },
  { name: 'Grafana Mimir', images: ['grafana/mimir'] },
  { name: 'Grafana Alloy', images: ['grafana/alloy', 'grafana/agent'] },
  {
    name: 'OpenTelemetry Collector',
    images: ['opentelemetry-collector', 'opentelemetry-collector-contrib', 'opentelemetry-collector-k8s'],
  },
  { name: 'Datadog Agent', images: ['datadog/agent', 'datadoghq/agent'] },
  { name: 'CloudWatch agent', images: ['cloudwatch-agent'] },
  { name: 'Google Managed Prometheus', images: ['prometheus-engine/prometheus', 'prometheus-engine/operator'] },
  { name: 'Azure Monitor metrics', images: ['azuremonitor/containerinsights/ciprod/prometheus-collector/images'] },
]

export const check = defineCheck({
  id: 'audit/metrics',
  severity: 'low',
  controls: { topic: ['T25'], nsa: ['Audit logging and threat detection'] },
  text: {
    title: { en: 'Metrics of the cluster are collected' },
    why: {
      en: 'Refused requests, certificates about to end, pods that restart again and again show in metrics first. Without them the first sign is an outage.',
    },
    fix: { en: 'Run Prometheus or an agent of your monitoring that collects from the API server, etcd, kubelets and kube-state-metrics.' },
  },
  reads: ['deployments', 'daemonSets', 'statefulSets', 'namespaces'],
  messages: {
    found: { en: '{program} runs.' },
    none: { en: 'No program that collects metrics was recognised.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    good: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: prometheus, namespace: monitoring }
spec: { template: { spec: { containers: [{ name: prometheus, image: 'quay.io/prometheus/prometheus:v3.7.0' }] } } }
`,
  },
  evaluate: function* ({ namespaces, ...lists }, { complete }) {
    const found = recognised(lists, COLLECTORS)
    for (const { program, template } of found)
      yield { status: 'pass', object: template.ref, saw: program, message: 'found', params: { program } }
    if (found.length === 0 && seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
  },
})
