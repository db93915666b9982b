import { defineCheck } from '#model/check.ts'
import { scanFinder, scansOf } from '#simulate/images/scans.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { CLUSTER, params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

const REPORT = (severity: string) => `---
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata: { name: replicaset-web-5d9c-app, namespace: shop }
report:
  updateTimestamp: '2026-05-31T02:11:00Z'
  registry: { server: registry.example.com }
  artifact: { repository: shop/web, tag: 1.4.2 }
  vulnerabilities:
    - { vulnerabilityID: CVE-2026-10001, severity: ${severity}, resource: libssl3, installedVersion: 3.0.1, fixedVersion: 3.0.2 }
`

export const check = defineCheck({
  id: 'images/vulnerabilities',
  severity: 'high',
  controls: { topic: ['T02'], nsa: ['Kubernetes Pod security'] },
  text: {
    title: { en: 'No image has a critical or high vulnerability that can be fixed' },
    why: {
      en: 'For a known vulnerability with a fix there is often a ready exploit as well, and the way out is only a new build away. It is the first thing that is tried from outside.',
    },
    fix: {
      en: 'Build the image again on a current base and with current packages, roll it out, and let it be scanned again. Where the vulnerable part is never used, accept the finding with that reason.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: [...JUDGED_HELPS, 'vulnerabilityReports', 'imageScans', 'nodes'],
  messages: {
    clean: { en: 'No critical or high vulnerability was found in its images.' },
    unfixed: { en: 'No fix is out yet for the {count} critical and high vulnerabilities of its images.' },
    fixable: { en: 'With a fix: {critical} critical, {high} high ({worst}), in {images}.' },
    unscanned: { en: 'No scan of {images} was found.' },
    noScans: {
      en: 'No scan results were found. Trivy Operator’s reports are read where they are; results of Trivy or Grype can be given: `audit --scan FILE…`.',
    },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:1.4.2', REPORT('CRITICAL')),
    good: deployment('registry.example.com/shop/web:1.4.2', REPORT('LOW')),
  },
  evaluate: function* ({ vulnerabilityReports, imageScans, nodes, ...lists }) {
    const scans = scansOf({ vulnerabilityReports, imageScans })
    const workloads = workloadImages(lists)
    if (scans.length === 0) {
      if (workloads.length > 0) yield { status: 'unknown', object: CLUSTER, message: 'noScans' }
      return
    }
    const scanOf = scanFinder(scans, nodes)
    for (const { ref: object, uses } of workloads) {
      const seen = uses.map((use) => ({ use, scan: scanOf(use.container.image)?.scanned }))
      const bad = seen.filter(({ scan }) => scan !== undefined && scan.critical.fixed + scan.high.fixed > 0)
      const unscanned = seen.filter(({ scan }) => scan === undefined).map(({ use }) => use)
      // One image in two containers is counted once.
      const found = [
        ...new Map(seen.flatMap(({ use, scan }) => (scan === undefined ? [] : [[use.container.image, scan] as const]))).values(),
      ]
      const sum = (of: (scan: (typeof found)[number]) => number) => found.reduce((total, scan) => total + of(scan), 0)
      if (bad.length > 0) {
        const worst = [...new Set(found.flatMap((scan) => scan.worst))].slice(0, 5).join(', ')
        const [critical, high] = [sum((s) => s.critical.fixed), sum((s) => s.high.fixed)]
        const images = namesOf(bad.map(({ use }) => use))
        yield {
          status: 'fail',
          object,
          path: bad[0]?.use.path,
          saw: worst,
          message: 'fixable',
          params: params({ critical, high, worst, images }),
        }
      } else if (unscanned.length > 0)
        yield { status: 'unknown', object, path: unscanned[0]?.path, message: 'unscanned', params: params({ images: namesOf(unscanned) }) }
      else {
        const count = sum((s) => s.critical.all + s.high.all)
        if (count > 0) yield { status: 'pass', object, message: 'unfixed', params: params({ count }) }
        else yield { status: 'pass', object, message: 'clean' }
      }
    }
  },
})
