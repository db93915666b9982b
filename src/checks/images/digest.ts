import { defineCheck } from '#model/check.ts'
import { isSystemNamespace } from '#model/state.ts'
import { isPinned, isReference } from '#simulate/images/reference.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { DIGEST, deployment } from './shared.ts'

export const check = defineCheck({
  id: 'images/digest',
  severity: 'low',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'Images are pinned to a digest' },
    why: {
      en: 'A tag can be moved: whoever may push to the repository, or breaks into it, decides what your next pod runs. A digest is the image itself and nothing else.',
    },
    fix: {
      en: 'Write the digest behind the tag, NAME:TAG@sha256:…, as `crane digest NAME:TAG` or `docker buildx imagetools inspect NAME:TAG` tells it. Let a bot (Renovate, Dependabot) raise both.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    pinned: { en: 'Every image is pinned to a digest.' },
    open: { en: 'By tag only: {images}.' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:1.4.2'),
    good: deployment(`registry.example.com/shop/web:1.4.2@${DIGEST}`),
  },
  evaluate: function* (lists) {
    for (const { ref: object, namespace, uses } of workloadImages(lists)) {
      // What came with the cluster is pinned, or not, by who makes the distribution.
      if (isSystemNamespace(namespace)) continue
      const open = uses.filter(({ reference }) => isReference(reference) && !isPinned(reference))
      const images = namesOf(open)
      if (open.length === 0) yield { status: 'pass', object, message: 'pinned' }
      else yield { status: 'fail', object, path: open[0]?.path, saw: images, message: 'open', params: params({ images }) }
    }
  },
})
