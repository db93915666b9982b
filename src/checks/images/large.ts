import { defineCheck } from '#model/check.ts'
import { fullName } from '#simulate/images/reference.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

const LIMIT = 1_000_000_000
const NODE = (size: number) => `---
apiVersion: v1
kind: Node
metadata: { name: worker-1 }
status: { images: [{ names: ['registry.example.com/shop/web:1.4.2'], sizeBytes: ${size} }] }
`

export const check = defineCheck({
  id: 'images/large',
  severity: 'low',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'Images are smaller than one gigabyte' },
    why: {
      en: 'A large image carries compilers, shells and package managers that an attacker finds useful and that bring vulnerabilities of their own. It also takes minutes to pull where a pod has to start anew quickly.',
    },
    fix: {
      en: 'Build in stages and copy only what runs into a small base image (distroless, slim). Accept the finding where data or models make it large.',
    },
  },
  reads: [...WORKLOAD_KINDS, 'nodes'],
  helps: JUDGED_HELPS,
  messages: {
    small: { en: 'The largest of its images on a node takes {size}.' },
    large: { en: 'Takes {size} on a node: {images}.' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:1.4.2', NODE(2_400_000_000)),
    good: deployment('registry.example.com/shop/web:1.4.2', NODE(48_000_000)),
  },
  evaluate: function* ({ nodes, ...lists }) {
    const sizes = new Map(
      nodes.flatMap(({ status }) => status.images.flatMap(({ names, sizeBytes }) => names.map((name) => [fullName(name), sizeBytes ?? 0]))),
    ) as ReadonlyMap<string, number>
    for (const { ref: object, uses } of workloadImages(lists)) {
      const known = uses.map((use) => ({ use, bytes: sizes.get(fullName(use.container.image)) ?? 0 })).filter(({ bytes }) => bytes > 0)
      // A node tells its largest images first: what no node names is small, or runs nowhere.
      const largest = known.toSorted((a, b) => b.bytes - a.bytes)[0]
      if (largest === undefined) continue
      const size = sizeText(largest.bytes)
      const images = namesOf(known.filter(({ bytes }) => bytes > LIMIT).map(({ use }) => use))
      if (largest.bytes <= LIMIT) yield { status: 'pass', object, message: 'small', params: params({ size }) }
      else yield { status: 'fail', object, path: largest.use.path, saw: size, message: 'large', params: params({ size, images }) }
    }
  },
})

function sizeText(bytes: number): string {
  return bytes >= LIMIT ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}
