import { defineCheck } from '#model/check.ts'
import { isReference, parseImage } from '#simulate/images/reference.ts'
import { podTemplates } from '#simulate/workloads.ts'
import { CLUSTER, params, refTo } from '#simulate/workloadsRefs.ts'

/** Programs that look for vulnerabilities in images, by repository. */
const SCANNERS: readonly { readonly name: string; readonly path: RegExp }[] = [
  { name: 'Trivy Operator', path: /(?:^|\/)trivy-operator$/ },
  { name: 'Trivy', path: /(?:^|\/)(?:aquasec|aquasecurity)\/trivy$/ },
  { name: 'Kubescape', path: /(?:^|\/)kubescape\/(?:kubevuln|operator|kubescape)$|(?:^|\/)kubevuln$/ },
  { name: 'Harbor’s scanner', path: /(?:^|\/)(?:harbor-)?trivy-adapter(?:-photon)?$|(?:^|\/)harbor-scanner-[\w-]+$/ },
  { name: 'Clair', path: /(?:^|\/)clair(?:-rhel8|-action)?$/ },
  { name: 'Grype', path: /(?:^|\/)anchore\/(?:grype|k8s-inventory|kai|enterprise)$/ },
  { name: 'NeuVector', path: /(?:^|\/)neuvector\/(?:scanner|controller)$|^(?:rancher\/)?neuvector-scanner$/ },
  { name: 'Snyk', path: /(?:^|\/)snyk\/kubernetes-(?:monitor|scanner)$/ },
  { name: 'Aqua', path: /(?:^|\/)(?:kube-enforcer|aqua-scanner|scanner-cli)$/ },
  { name: 'Prisma Cloud', path: /(?:^|\/)(?:twistlock|prisma-cloud)\// },
  { name: 'Sysdig', path: /(?:^|\/)sysdig\/(?:vuln-[\w-]+|cluster-shield|agent-kspm)/ },
  { name: 'StackRox', path: /(?:^|\/)(?:stackrox|advanced-cluster-security)\/[\w-]*scanner/ },
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
    let found = false
    const templates = podTemplates(lists)
    for (const { ref: object, spec } of templates) {
      const paths = spec.containers.map((c) => parseImage(c.image)).flatMap((r) => (isReference(r) ? [r.path] : []))
      const scanner = SCANNERS.find((s) => paths.some((path) => s.path.test(path)))
      if (scanner === undefined) continue
      found = true
      yield { status: 'pass', object, saw: scanner.name, message: 'found', params: params({ scanner: scanner.name }) }
    }
    const [report] = vulnerabilityReports
    if (!found && report !== undefined) {
      const count = vulnerabilityReports.length
      yield { status: 'pass', object: refTo('vulnerabilityReports', report), message: 'reports', params: params({ count }) }
    } else if (!found && templates.length > 0) yield { status: 'manual', object: CLUSTER, message: 'decide' }
  },
})
