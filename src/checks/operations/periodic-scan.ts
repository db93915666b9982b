import { defineCheck } from '#model/check.ts'
import { type Program, recognised } from '#simulate/software.ts'
import { CLUSTER, seesCluster } from '#simulate/workloadsRefs.ts'

const SCANNERS: readonly Program[] = [
  { name: 'kubeharden', images: ['kubeharden'] },
  { name: 'Kubescape', images: ['kubescape/kubescape', 'kubescape/operator'] },
  { name: 'Trivy Operator', images: ['aquasecurity/trivy-operator', 'trivy-operator'] },
  { name: 'kube-bench', images: ['aquasec/kube-bench', 'kube-bench'] },
  { name: 'Popeye', images: ['derailed/popeye', 'popeye'] },
  { name: 'Polaris', images: ['fairwinds/polaris', 'polaris'] },
  { name: 'Kubewarden audit scanner', images: ['kubewarden/audit-scanner'] },
]

export const check = defineCheck({
  id: 'operations/periodic-scan',
  severity: 'low',
  controls: { topic: ['T27'], nsa: ['Upgrading and application security practices'] },
  text: {
    title: { en: 'The cluster is looked at again and again' },
    why: {
      en: 'What was hardened is loosened in small steps: a quick fix at night, a chart with other defaults. An inspection once a year finds them a year late.',
    },
    fix: {
      en: 'Run an audit by itself each day, in a CronJob or in a pipeline (kubeharden audit --fail-on high --min-coverage 90), and let somebody read what changed.',
    },
  },
  reads: ['deployments', 'statefulSets', 'daemonSets', 'cronJobs', 'namespaces'],
  messages: {
    found: { en: '{program} runs.' },
    none: { en: 'Nothing in the cluster inspects it. Where a pipeline outside does, accept this and say which.' },
  },
  examples: {
    bad: `
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    good: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: kube-bench, namespace: security }
spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: { containers: [{ name: kube-bench, image: 'docker.io/aquasec/kube-bench:v0.12.0' }] } } } } }
`,
  },
  evaluate: function* ({ namespaces, ...lists }, { complete }) {
    const found = recognised(lists, SCANNERS)
    for (const { program, template } of found)
      yield { status: 'pass', object: template.ref, saw: program, message: 'found', params: { program } }
    if (found.length === 0 && seesCluster(namespaces, complete)) yield { status: 'fail', object: CLUSTER, message: 'none' }
  },
})
