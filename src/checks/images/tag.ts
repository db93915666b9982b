import { defineCheck } from '#model/check.ts'
import { type InvalidReference, isLatest, isReference } from '#simulate/images/reference.ts'
import { namesOf, workloadImages } from '#simulate/images/uses.ts'
import { JUDGED_HELPS } from '#simulate/judged/judged.ts'
import { WORKLOAD_KINDS } from '#simulate/workloads.ts'
import { params } from '#simulate/workloadsRefs.ts'
import { deployment } from './shared.ts'

const WHY_INVALID: { readonly [R in InvalidReference]: string } = {
  empty: 'it is empty',
  identifier: 'it is the id of an image, not a name',
  uppercase: 'repositories are written in lower case',
  long: 'the repository is longer than 255 characters',
  digest: 'runtimes take sha256, sha384 and sha512 only, in full and in lower case',
  malformed: 'a part of it has characters that do not belong there',
}

export const check = defineCheck({
  id: 'images/tag',
  severity: 'medium',
  controls: { topic: ['T01'] },
  text: {
    title: { en: 'Images have a version of their own, not latest' },
    why: {
      en: 'latest is whatever was pushed last. Two pods of one workload may run different programs, nobody can say which version has a vulnerability, and there is nothing to go back to.',
    },
    fix: { en: 'Name the version that you tested, such as nginx:1.29.1; better still with its digest.' },
  },
  reads: WORKLOAD_KINDS,
  helps: JUDGED_HELPS,
  messages: {
    versions: { en: 'Every image names a version.' },
    latest: { en: 'Runs whatever was pushed last: {images}.' },
    invalid: { en: '{image} is no name of an image, and cannot be pulled: {reason}.' },
  },
  examples: {
    bad: deployment('registry.example.com/shop/web'),
    good: deployment('registry.example.com/shop/web:1.4.2'),
  },
  evaluate: function* (lists) {
    for (const { ref: object, uses } of workloadImages(lists)) {
      const invalid = uses.find(({ reference }) => !isReference(reference))
      const latest = uses.filter(({ reference }) => isReference(reference) && isLatest(reference))
      if (invalid !== undefined) {
        const { image } = invalid.container
        const reason = WHY_INVALID[invalid.reference as InvalidReference]
        yield { status: 'fail', object, path: invalid.path, saw: image, message: 'invalid', params: params({ image, reason }) }
      } else if (latest.length > 0) {
        const images = namesOf(latest)
        yield { status: 'fail', object, path: latest[0]?.path, saw: images, message: 'latest', params: params({ images }) }
      } else yield { status: 'pass', object, message: 'versions' }
    }
  },
})
