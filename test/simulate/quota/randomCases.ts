import fc from 'fast-check'
import type { KubeObject } from '../../../src/model/refs.ts'
import { randomQuotas, randomRanges } from './randomBounds.ts'
import { randomObject } from './randomObjects.ts'

/*
 * Random LimitRanges, ResourceQuotas and objects on their borders: few, near amounts, so that both answers are frequent. All
 * objects are valid to the API server before LimitRanges fill in their defaults.
 */

export interface Case {
  readonly ranges: readonly KubeObject[]
  readonly quotas: readonly KubeObject[]
  /** Created one after the other. */
  readonly objects: readonly KubeObject[]
}

export const randomCase: fc.Arbitrary<Case> = fc
  .record({ ranges: randomRanges, quotas: randomQuotas, objects: fc.array(randomObject, { minLength: 1, maxLength: 5 }) })
  .map(({ ranges, quotas, objects }) => ({
    ranges,
    quotas,
    objects: objects.map((o, i) => ({ ...o, metadata: { ...o.metadata, name: `x${i}` } })),
  }))
