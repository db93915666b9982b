import { defineCheck } from '#model/check.ts'
import { type Scan, scanFinder, scansOf } from '#simulate/images/scans.ts'
import { workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

const DAY = 86_400_000
const LIMIT_DAYS = 7
const SCAN = (takenAt: string) => `---
apiVersion: probe.kubeharden/v1
kind: ImageScan
metadata: { name: web.json }
scanner: Trivy
takenAt: '${takenAt}'
names: ['registry.example.com/shop/web:1.4.2']
scanned: { critical: { all: 0, fixed: 0 }, high: { all: 0, fixed: 0 }, worst: [] }
`

export const check = defineCheck({
  id: 'images/scan-age',
  severity: 'low',
  controls: { topic: ['T02'] },
  text: {
    title: { en: 'Scans of images are newer than a week' },
    why: {
      en: 'A scan knows the vulnerabilities of its day. Some fifty of them are published each day; a scan of last month says little about today.',
    },
    fix: {
      en: 'Let the scanner come back by itself (OPERATOR_SCANNER_REPORT_TTL of Trivy Operator, a CronJob for a command), and look why it has stopped.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: [...JUDGED_HELPS, 'vulnerabilityReports', 'imageScans', 'nodes'],
  messages: {
    fresh: { en: 'The oldest scan of its images is {days} days old.' },
    old: { en: 'A scan of its images is {days} days old: {image}.' },
    undated: { en: 'The scan does not say when it was made: {image}.' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:1.4.2', SCAN('2020-05-02T03:00:00Z')),
    good: deployment('registry.example.com/shop/web:1.4.2', SCAN('2099-05-02T03:00:00Z')),
  },
  evaluate: function* ({ vulnerabilityReports, imageScans, nodes, ...lists }, { now }) {
    const scanOf = scanFinder(scansOf({ vulnerabilityReports, imageScans }), nodes)
    const age = (scan: Scan) => (scan.takenAt === undefined ? Number.NaN : Math.max(0, Math.floor((now.getTime() - scan.takenAt) / DAY)))
    for (const { ref: object, uses } of workloadImages(lists)) {
      const ages = uses.flatMap(({ container, path }) => {
        const scan = scanOf(container.image)
        return scan === undefined ? [] : [{ image: container.image, path, days: age(scan) }]
      })
      const [oldest] = ages.toSorted((a, b) => b.days - a.days)
      const undated = ages.find(({ days }) => Number.isNaN(days))
      if (oldest === undefined) continue
      const { image, path, days } = undated ?? oldest
      if (undated !== undefined) yield { status: 'unknown', object, path, message: 'undated', params: params({ image }) }
      else if (days > LIMIT_DAYS)
        yield { status: 'fail', object, path, saw: `${days} days`, message: 'old', params: params({ days, image }) }
      else yield { status: 'pass', object, message: 'fresh', params: params({ days }) }
    }
  },
})
