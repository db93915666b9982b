import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  add,
  compare,
  parseQuantity,
  printQuantity,
  type Quantity,
  quantityOf,
  roundedUp,
  subtract,
} from '../../../src/simulate/quantity.ts'

const q = (text: string | number) => quantityOf(text, 'it')
const SUFFIXES = ['', 'm', 'k', 'M', 'G', 'T', 'P', 'E', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'u', 'n', 'e3', 'E-2', 'e+1', 'E0']
const number = fc.oneof(
  fc.nat(2_000_000).map(String),
  fc.tuple(fc.nat(9999), fc.nat(9999)).map(([a, b]) => `${a}.${b}`),
  fc.nat(99).map((n) => `.${n}`),
  fc.nat(99).map((n) => `${n}.`),
)
const text = fc.tuple(number, fc.constantFrom(...SUFFIXES)).map(([n, s]) => n + s)
const quantity = text.map(q)
const same = (a: Quantity, b: Quantity) => compare(a, b) === 0

describe('quantities', () => {
  // As the API server prints them (apimachinery, quantity_test.go).
  test.each([
    ['0', '0'],
    ['0.0', '0'],
    ['0Ki', '0'],
    ['1', '1'],
    ['1000', '1k'],
    ['1024', '1024'],
    ['1Ki', '1Ki'],
    ['1024Ki', '1Mi'],
    ['1.5', '1500m'],
    ['1.5Gi', '1536Mi'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+5', '5'],
    ['-1.5', '-1500m'],
    ['0.5Ki', '512'],
    ['512Ki', '512Ki'],
    ['1e3', '1e3'],
    ['1000e0', '1e3'],
    ['1E3', '1e3'],
    ['2500e-3', '2500e-3'],
    ['1000k', '1M'],
    ['100n', '1m'],
    ['1100u', '2m'],
    ['0.1m', '1m'],
    ['1.0001Ki', '1024103m'],
    ['9Ei', '9223372036854775807'],
    ['12E', '12E'],
    ['0.001', '1m'],
    ['123456789012', '123456789012'],
  ] as const)('%s is %s', (written, printed) => {
    expect(printQuantity(q(written))).toBe(printed)
  })

  test.each(['', ' 1', '1 ', '.', 'm', '1mm', '1K', '1ki', '1e', '1e1000', '0x10', '1,5', 'Ki', '--1', '1e3Ki', 'NaN', '1'.repeat(100)])(
    '%j is none',
    (written) => {
      expect(parseQuantity(written)).toBeUndefined()
      expect(() => q(written)).toThrow('is not a quantity')
    },
  )

  it('never throws, whatever it reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.integer()), (value) => {
        const read = parseQuantity(value)
        if (read !== undefined) expect(typeof printQuantity(read)).toBe('string')
      }),
    )
  })

  it('is the same after it is printed and read', () => {
    fc.assert(
      fc.property(quantity, (a) => {
        const printed = printQuantity(a)
        expect(same(q(printed), a)).toBe(true)
        expect(printQuantity(q(printed))).toBe(printed)
      }),
    )
  })

  it('adds up in any order, and takes away what it added', () => {
    fc.assert(
      fc.property(quantity, quantity, quantity, (a, b, c) => {
        expect(same(add(a, b), add(b, a))).toBe(true)
        expect(same(add(add(a, b), c), add(a, add(b, c)))).toBe(true)
        expect(same(subtract(add(a, b), b), a)).toBe(true)
        expect(compare(add(a, b), a)).toBe(b.milli === 0n ? 0 : 1)
      }),
    )
  })

  it('compares as one order', () => {
    fc.assert(
      fc.property(quantity, quantity, quantity, (a, b, c) => {
        expect(compare(a, b)).toBe(-compare(b, a) + 0)
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
        expect(compare(roundedUp(a), a)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
