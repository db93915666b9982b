import { defineCheck } from '#model/check.ts'
import { isReference, repositoryOf } from '#simulate/images/reference.ts'
import { isTrusted } from '#simulate/images/trusted.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

/** Closed to pushes, and where their images are kept up now. */
const RETIRED: Readonly<Record<string, string>> = {
  'k8s.gcr.io': 'registry.k8s.io',
  'gcr.io/google-containers': 'registry.k8s.io',
  'gcr.io/google_containers': 'registry.k8s.io',
  'docker.io/bitnamilegacy': 'who still maintains it: nothing here is updated',
}

export const check = defineCheck({
  id: 'images/retired-registry',
  severity: 'medium',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'No image comes from a registry that was given up' },
    why: {
      en: 'What lies in a registry that was given up gets no security fixes any more, and is taken away some day: the next node that has to pull it cannot start the pod.',
    },
    fix: { en: 'Take the image from where it is kept up now, and move to a version that is supported.' },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    current: { en: 'No image comes from a registry that was given up.' },
    retired: { en: 'From a registry that was given up: {images}. Take it from {instead}.' },
  },
  examples: {
    bad: deployment('k8s.gcr.io/metrics-server/metrics-server:v0.6.1'),
    good: deployment('registry.k8s.io/metrics-server/metrics-server:v0.8.0'),
  },
  evaluate: function* (lists) {
    for (const { ref: object, uses } of workloadImages(lists)) {
      const retired = uses.flatMap((use) => {
        const { reference } = use
        const from = isReference(reference) ? Object.keys(RETIRED).find((prefix) => isTrusted(reference, [prefix])) : undefined
        return from === undefined ? [] : [{ use, instead: RETIRED[from] ?? '' }]
      })
      const [first] = retired
      const images = namesOf(retired.map(({ use }) => use))
      if (first === undefined) yield { status: 'pass', object, message: 'current' }
      else
        yield {
          status: 'fail',
          object,
          path: first.use.path,
          saw: isReference(first.use.reference) ? repositoryOf(first.use.reference) : '',
          message: 'retired',
          params: params({ images, instead: first.instead }),
        }
    }
  },
})
