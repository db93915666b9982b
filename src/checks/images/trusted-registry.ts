import { defineCheck } from '#model/check.ts'
import { isReference, registryOf } from '#simulate/images/reference.ts'
import { isTrusted } from '#simulate/images/trusted.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { CLUSTER, params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

export const check = defineCheck({
  id: 'images/trusted-registry',
  severity: 'medium',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'Images come from registries that you trust' },
    why: {
      en: 'Who may push to a registry decides what runs in the cluster. An image from anywhere was built by somebody you do not know, may change under its name, and may be gone tomorrow.',
    },
    fix: {
      en: 'Say which registries you trust, once for this cluster: `kubeharden config set trusted-registries registry.example.com,registry.k8s.io`; for a pipeline `audit --trusted-registries …`. Copy the images that you need from elsewhere into one of them.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    trusted: { en: 'Every image comes from a trusted registry.' },
    foreign: { en: 'From a registry that is not trusted: {images}.' },
    unsaid: {
      en: 'Which registries are trusted was not said. In use are {registries}. Say it with `kubeharden config set trusted-registries …`.',
    },
  },
  examples: {
    settings: { trustedRegistries: ['registry.example.com/shop'] },
    bad: `# trusted: registry.example.com/shop\n${deployment('registry.example.com/shop-mirror/web:1.4.2')}`,
    good: `# trusted: registry.example.com/shop\n${deployment('registry.example.com/shop/web:1.4.2')}`,
  },
  evaluate: function* (lists, { settings }) {
    const trusted = settings?.trustedRegistries
    const workloads = workloadImages(lists)
    if (trusted === undefined) {
      const used = workloads.flatMap(({ uses }) => uses.map(({ container }) => registryOf(container.image))).filter((name) => name !== '')
      const registries = [...new Set(used)].toSorted().join(', ')
      if (workloads.length > 0) yield { status: 'unknown', object: CLUSTER, message: 'unsaid', params: params({ registries }) }
      return
    }
    for (const { ref: object, uses } of workloads) {
      const foreign = uses.filter(({ reference }) => isReference(reference) && !isTrusted(reference, trusted))
      const images = namesOf(foreign)
      if (foreign.length === 0) yield { status: 'pass', object, message: 'trusted' }
      else yield { status: 'fail', object, path: foreign[0]?.path, saw: images, message: 'foreign', params: params({ images }) }
    }
  },
})
