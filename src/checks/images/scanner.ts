import { defineCheck } from '#model/check.ts'
import { type Program, recognised } from '#simulate/software.ts'
import { podTemplates } from '#simulate/workloads.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'

/** Programs that look for vulnerabilities in images. */
const SCANNERS: readonly Program[] = [
  { name: 'Trivy Operator', images: ['trivy-operator'] },
  { name: 'Trivy', images: ['aquasec/trivy', 'aquasecurity/trivy'] },
  { name: 'Kubescape', images: ['kubescape/kubevuln', 'kubescape/operator'] },
  { name: 'Harbor’s scanner', images: ['trivy-adapter-photon', 'harbor-scanner-trivy', 'harbor-trivy-adapter'] },
  { name: 'Clair', images: ['clair', 'clair-rhel8'] },
  { name: 'Grype', images: ['anchore/grype', 'anchore/k8s-inventory', 'anchore/enterprise'] },
  { name: 'NeuVector', images: ['neuvector/scanner', 'neuvector-scanner'] },
  { name: 'Snyk', images: ['snyk/kubernetes-monitor', 'snyk/kubernetes-scanner'] },
  { name: 'Aqua', images: ['aquasec/kube-enforcer', 'aquasec/scanner', 'scanner-cli'] },
  { name: 'Sysdig', images: ['sysdig/vuln-runtime-scanner', 'sysdig/vuln-host-scanner', 'sysdig/cluster-shield'] },
  { name: 'StackRox', images: ['scanner-v4', 'scanner-v4-matcher', 'rhacs-scanner-rhel8', 'rhacs-scanner-v4-rhel8'] },
]

export const check = defineCheck({
  id: 'images/scanner',
  severity: 'medium',
  controls: { topic: ['T02'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'Images are scanned for known vulnerabilities, again and again' },
    why: {
      en: 'An image that was clean when it was built is not clean for long: vulnerabilities are found in what it contains, while it runs unchanged. Only who scans what runs knows.',
    },
    fix: {
      en: 'Install a scanner that looks at running workloads (Trivy Operator, the Kubescape operator) or let the registry scan (Harbor, Clair, your cloud’s). Where images are scanned outside of the cluster, attest it, and give the results: `audit --scan trivy.json`.',
    },
  },
  reads: ['deployments', 'daemonSets', 'statefulSets', 'cronJobs'],
  helps: ['vulnerabilityReports'],
  messages: {
    found: { en: '{scanner} scans images.' },
    reports: { en: 'There are {count} reports of Trivy Operator.' },
    decide: {
      en: 'No scanner was recognised in the cluster. Where the registry or the pipeline scans, also what runs already, attest it.',
    },
  },
  examples: {
    bad: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { template: { spec: { containers: [{ name: app, image: 'registry.example.com/shop/web:1.4.2' }] } } }
`,
    good: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: trivy-operator, namespace: trivy-system }
spec: { template: { spec: { containers: [{ name: trivy-operator, image: 'mirror.gcr.io/aquasec/trivy-operator:0.29.0' }] } } }
`,
  },
  evaluate: function* ({ vulnerabilityReports, ...lists }) {
    const found = recognised(lists, SCANNERS)
    for (const { program: scanner, template } of found)
      yield { status: 'pass', object: template.ref, saw: scanner, message: 'found', params: params({ scanner }) }
    if (found.length > 0) return
    const [report] = vulnerabilityReports
    if (report !== undefined) {
      const count = vulnerabilityReports.length
      yield { status: 'pass', object: refTo('vulnerabilityReports', report), message: 'reports', params: params({ count }) }
    } else if (podTemplates(lists).length > 0) yield { status: 'manual', object: CLUSTER, message: 'decide' }
  },
})
