import { defineCheck } from '#model/check.ts'
import { flagList } from '#simulate/controlPlane.ts'
import { componentSight } from '#simulate/controlPlaneSight.ts'
import { pullPolicyOf } from '#simulate/images/pullPolicy.ts'
import { isLatest, isReference } from '#simulate/images/reference.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

const PLUGIN = 'AlwaysPullImages'

export const check = defineCheck({
  id: 'images/pull-policy',
  severity: 'low',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'An image whose tag moves is asked for at each start' },
    why: {
      en: 'With IfNotPresent a node goes on with the latest that it happened to pull last: one workload then runs different programs on different nodes, and a fixed image does not arrive.',
    },
    fix: {
      en: 'Name a version or a digest, and IfNotPresent is right. Where the tag is to move, set imagePullPolicy: Always; each start then needs the registry.',
    },
  },
  reads: WORKLOAD_KINDS,
  helps: [...JUDGED_HELPS, 'nodes', 'apiServers'],
  messages: {
    fits: { en: 'The pull policy of each image fits its tag.' },
    kept: { en: 'latest is taken from the node where it lies there: {images}.' },
    forced: { en: 'The API server asks for every image at each start ({plugin}).' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web:latest', '          imagePullPolicy: IfNotPresent\n'),
    good: deployment('registry.example.com/shop/web:1.4.2', '          imagePullPolicy: IfNotPresent\n'),
  },
  evaluate: function* (lists, context) {
    const { seen, blind } = componentSight(lists, 'kube-apiserver', context)
    const flagged =
      seen.length > 0 && blind.length === 0 && seen.every((server) => flagList(server, 'enable-admission-plugins').includes(PLUGIN))
    const ran = lists.apiServers.length > 0 && lists.apiServers.every(({ admissionPlugins }) => admissionPlugins.includes(PLUGIN))
    for (const { ref: object, uses, mirror } of workloadImages(lists)) {
      const kept = uses.filter(
        ({ reference, container }) => isReference(reference) && isLatest(reference) && pullPolicyOf(container) !== 'Always',
      )
      const images = namesOf(kept)
      if (kept.length === 0) yield { status: 'pass', object, message: 'fits' }
      else if ((flagged || ran) && !mirror) yield { status: 'pass', object, message: 'forced', params: params({ plugin: PLUGIN }) }
      else yield { status: 'fail', object, path: policyPath(kept[0]?.path), saw: images, message: 'kept', params: params({ images }) }
    }
  },
})

function policyPath(image = ''): string {
  return image.replace(/image$/, 'imagePullPolicy')
}
