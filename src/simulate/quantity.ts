import { HardenError } from '#model/errors.ts'

/** How a quantity was written, and how it is printed again. */
export type QuantityFormat = 'decimal' | 'binary' | 'exponent'

/**
 * An amount of a resource, exactly: thousandths, as the API server keeps them. Finer ones are rounded up, as it does.
 * Source: apimachinery pkg/api/resource, and SetDefaults_ResourceList of core/v1.
 */
export interface Quantity {
  readonly milli: bigint
  readonly format: QuantityFormat
}

const DECIMAL: readonly (readonly [string, number])[] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d{1,3})$/
/** Amounts come from strangers: nobody has a number of more digits. */
const MOST_DIGITS = 60
const MAX_BINARY = (2n ** 63n - 1n) * 1000n

export const zero: Quantity = { milli: 0n, format: 'decimal' }

/** A number of things. */
export function count(n: number): Quantity {
  return { milli: BigInt(n) * 1000n, format: 'decimal' }
}

/** Reads a quantity; undefined where it is none. */
export function parseQuantity(value: string | number): Quantity | undefined {
  const [, sign, whole = '', part = '', suffix = ''] = SHAPE.exec(String(value)) ?? []
  if (sign === undefined || whole + part === '' || whole.length + part.length > MOST_DIGITS) return undefined
  const digits = BigInt(whole + part)
  const binary = BINARY.indexOf(suffix)
  const scaled = binary >= 0 ? digits * 1024n ** BigInt(binary + 1) : digits
  const exponent = binary >= 0 ? 0 : exponentOf(suffix)
  if (exponent > MOST_DIGITS) return undefined
  const milli = shifted(scaled, exponent + 3 - part.length)
  const format = binary >= 0 ? (milli < 1000n ? 'decimal' : 'binary') : /^[eE]./.test(suffix) ? 'exponent' : 'decimal'
  const capped = binary >= 0 && milli > MAX_BINARY ? MAX_BINARY : milli
  return { milli: sign === '-' ? -capped : capped, format }
}

/** The same, for what has to be one. Throws HardenError `input`. */
export function quantityOf(value: string | number, where: string): Quantity {
  const quantity = parseQuantity(value)
  if (quantity !== undefined) return quantity
  throw new HardenError('input', `${where}: ${JSON.stringify(value)} is not a quantity.`, 'Write it as 100m, 2, 1.5Gi or 1e3.')
}

function exponentOf(suffix: string): number {
  const named = DECIMAL.find(([name]) => name === suffix)
  return named === undefined ? Number(suffix.slice(1)) : named[1]
}

/** Times a power of ten; what is cut off is rounded up. */
function shifted(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power)
  return ceilDiv(value, 10n ** BigInt(-power))
}

export function ceilDiv(value: bigint, by: bigint): bigint {
  const whole = value / by
  return value % by > 0n ? whole + 1n : whole
}

/** In its canonical form, as the API server prints it: the largest suffix that needs no fraction. */
export function printQuantity({ milli, format }: Quantity): string {
  if (milli === 0n) return '0'
  const size = milli < 0n ? -milli : milli
  if (format === 'binary' && size >= 1024_000n && milli % 1000n === 0n) {
    const [amount, times] = reduced(milli / 1000n, 1024n, BINARY.length)
    return `${amount}${times === 0 ? '' : BINARY[times - 1]}`
  }
  const [amount, times] = reduced(milli, 1000n, format === 'exponent' ? MOST_DIGITS : 7)
  const exponent = times * 3 - 3
  if (format === 'exponent') return `${amount}${exponent === 0 ? '' : `e${exponent}`}`
  return `${amount}${DECIMAL.find(([, e]) => e === exponent)?.[0] ?? ''}`
}

function reduced(value: bigint, by: bigint, most: number): readonly [bigint, number] {
  let amount = value
  let times = 0
  while (times < most && amount % by === 0n) {
    amount /= by
    times += 1
  }
  return [amount, times]
}

/** A zero takes on the other's way of writing. */
export function add(a: Quantity, b: Quantity): Quantity {
  return { milli: a.milli + b.milli, format: a.milli === 0n ? b.format : a.format }
}

export function subtract(a: Quantity, b: Quantity): Quantity {
  return { milli: a.milli - b.milli, format: a.milli === 0n ? b.format : a.format }
}

export function compare(a: Quantity, b: Quantity): number {
  return a.milli === b.milli ? 0 : a.milli < b.milli ? -1 : 1
}

/** The next whole number. */
export function roundedUp(q: Quantity): Quantity {
  return { ...q, milli: ceilDiv(q.milli, 1000n) * 1000n }
}
