import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Item, KINDS, type Kind, kindOf } from '../../../src/model/kinds.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { compare } from '../../../src/simulate/quantity.ts'
import { againstQuotas } from '../../../src/simulate/quota/admission.ts'
import { rangeOf } from '../../../src/simulate/quota/limitRange.ts'
import { type Quota, quotaOf, type Taker } from '../../../src/simulate/quota/quota.ts'
import { newcomer } from '../../../src/simulate/quota/takers.ts'
import { usedBy } from '../../../src/simulate/quota/used.ts'
import { type Case, randomCase } from './randomCases.ts'

const NOW = new Date('2026-11-01T00:00:00Z')

function read({ ranges, quotas, objects }: Case) {
  const limits = ranges.map((r) => rangeOf(KINDS.limitRanges.schema.parse(r)))
  const comers = objects.map((object) => {
    const kind = kindOf(object.apiVersion, object.kind) as Kind
    const item = kind === 'secrets' ? { metadata: object.metadata, type: 'Opaque', keys: 0 } : KINDS[kind].schema.parse(object)
    return newcomer(kind, item as Item<Kind>, limits, NOW)
  })
  return { quotas: quotas.map((q) => quotaOf(KINDS.resourceQuotas.schema.parse(q))), takers: comers.map((c) => c.taker) }
}

const refused = (taker: Taker, quotas: readonly Quota[], takers: readonly Taker[]) =>
  againstQuotas(taker, quotas, (quota) => usedBy(quota, takers)).length > 0
const raised = (quota: Quota, by: bigint): Quota => ({
  ...quota,
  hard: new Map([...quota.hard].map(([name, q]) => [name, { ...q, milli: q.milli + by }])),
})

describe('laws of quotas', () => {
  test('a higher limit never refuses what a lower one admits', () => {
    let [yes, no] = [0, 0]
    fc.assert(
      fc.property(randomCase, fc.bigInt(0n, 10n ** 13n), (one, by) => {
        const { quotas, takers } = read(one)
        const [last, ...there] = takers.toReversed()
        if (last === undefined) return
        const before = refused(last, quotas, there)
        if (before) no += 1
        else yes += 1
        if (!before)
          expect(
            refused(
              last,
              quotas.map((quota) => raised(quota, by)),
              there,
            ),
          ).toBe(false)
      }),
    )
    expect(Math.min(yes, no)).toBeGreaterThan(10)
  })

  test('one object more never lowers what is used, and what was refused stays refused', () => {
    fc.assert(
      fc.property(randomCase, (one) => {
        const { quotas, takers } = read(one)
        const [last, more, ...there] = takers.toReversed()
        if (last === undefined || more === undefined) return
        for (const quota of quotas) {
          const before = usedBy(quota, there)
          for (const [name, amount] of usedBy(quota, [...there, more])) {
            const was = before.get(name)
            expect(was !== undefined && compare(amount, was) >= 0).toBe(true)
          }
        }
        if (refused(last, quotas, there)) expect(refused(last, quotas, [...there, more])).toBe(true)
      }),
    )
  })

  test('fewer quotas never refuse more', () => {
    fc.assert(
      fc.property(randomCase, (one) => {
        const { quotas, takers } = read(one)
        const [last, ...there] = takers.toReversed()
        if (last !== undefined && !refused(last, quotas, there)) expect(refused(last, quotas.slice(1), there)).toBe(false)
      }),
    )
  })

  test('the order of containers and of objects does not matter', () => {
    fc.assert(
      fc.property(randomCase, (one) => {
        const turned = (object: KubeObject) => {
          const { containers } = (object as unknown as { spec?: { containers?: object[] } }).spec ?? {}
          return containers === undefined
            ? object
            : ({ ...object, spec: { ...(object.spec as object), containers: containers.toReversed() } } as unknown as KubeObject)
        }
        const [a, b] = [read(one), read({ ...one, objects: one.objects.map(turned).toReversed() })]
        const sums = ({ quotas, takers }: ReturnType<typeof read>) =>
          quotas.map((quota) => [...usedBy(quota, takers)].map(([name, q]) => `${name}=${q.milli}`))
        expect(sums(b)).toEqual(sums(a))
      }),
    )
  })
})
