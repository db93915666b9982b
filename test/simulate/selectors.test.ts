import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LabelSelector } from '#model/objects/meta.ts'
import { selects, selectsAll } from '#simulate/selectors.ts'

const key = fc.constantFrom('app', 'tier', 'zone', 'constructor', 'toString')
const value = fc.constantFrom('a', 'b', 'c', '')
const labels = fc.dictionary(key, value, { noNullPrototype: true })
const operator = fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist')
const expression = fc.record({ key, operator, values: fc.array(value, { minLength: 1, maxLength: 3 }) })
const selector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true }),
  matchExpressions: fc.array(expression, { maxLength: 2 }),
})
const none = { matchLabels: {}, matchExpressions: [] }
const only = (k: string, op: string, values: string[] = []) => ({ ...none, matchExpressions: [{ key: k, operator: op, values }] })

describe('selects', () => {
  test.each([
    ['In, value there', only('app', 'In', ['web', 'api']), { app: 'api' }, true],
    ['In, other value', only('app', 'In', ['web']), { app: 'db' }, false],
    ['In, key absent', only('app', 'In', ['web']), {}, false],
    ['In, empty value on an absent key', only('app', 'In', ['']), {}, false],
    ['In, empty value', only('app', 'In', ['']), { app: '' }, true],
    ['NotIn, key absent', only('app', 'NotIn', ['web']), {}, true],
    ['NotIn, value there', only('app', 'NotIn', ['web']), { app: 'web' }, false],
    ['Exists, empty value', only('app', 'Exists'), { app: '' }, true],
    ['DoesNotExist, key absent', only('app', 'DoesNotExist'), { tier: 'x' }, true],
    ['an operator that does not exist', only('app', 'Gt', ['1']), { app: '2' }, false],
    [
      'both parts must hold',
      { matchLabels: { app: 'web' }, matchExpressions: only('tier', 'Exists').matchExpressions },
      { app: 'web' },
      false,
    ],
  ])('%s', (_, s, l, expected) => {
    expect(selects(s, l)).toBe(expected)
  })

  test('the empty selector selects everything, an absent one nothing', () => {
    fc.assert(
      fc.property(labels, (l) => {
        expect(selects(none, l)).toBe(true)
        expect(selects(undefined, l)).toBe(false)
      }),
    )
    expect(selectsAll(none)).toBe(true)
    expect(selectsAll(undefined)).toBe(false)
    expect(selectsAll(only('app', 'DoesNotExist'))).toBe(false)
  })

  test('In and NotIn, Exists and DoesNotExist are each other’s opposite', () => {
    fc.assert(
      fc.property(key, fc.array(value, { minLength: 1 }), labels, (k, values, l) => {
        expect(selects(only(k, 'In', values), l)).toBe(!selects(only(k, 'NotIn', values), l))
        expect(selects(only(k, 'Exists'), l)).toBe(!selects(only(k, 'DoesNotExist'), l))
      }),
    )
  })

  test('a label is the same as In with one value', () => {
    fc.assert(
      fc.property(key, value, labels, (k, v, l) => {
        expect(selects({ ...none, matchLabels: { [k]: v } }, l)).toBe(selects(only(k, 'In', [v]), l))
      }),
    )
  })

  test('requirements are joined by AND', () => {
    fc.assert(
      fc.property(selector, selector, labels, (a, b, l) => {
        const joined = { ...a, matchExpressions: [...a.matchExpressions, ...b.matchExpressions] }
        expect(selects(joined, l)).toBe(selects(a, l) && selects({ ...none, matchExpressions: b.matchExpressions }, l))
      }),
    )
  })
})
