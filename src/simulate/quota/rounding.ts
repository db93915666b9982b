import { ceilDiv, type Quantity } from '../quantity.ts'

const MI = 1024n * 1024n * 1000n
const GI = 1024n * MI
const ONE = 1000n

/** Up to here in steps of that. */
type Steps = readonly (readonly [bigint, bigint])[]
const CORES: Steps = [
  [ONE, 100n],
  [10n * ONE, 500n],
  [50n * ONE, ONE],
]
const BYTES: Steps = [
  [GI, 64n * MI],
  [16n * GI, 256n * MI],
  [128n * GI, GI],
]
const THINGS: Steps = [
  [20n * ONE, ONE],
  [200n * ONE, 5n * ONE],
]

/** The next number that an operator would write: 1500m, 768Mi, 25. */
export function sensible(name: string, amount: bigint): Quantity {
  if (name.endsWith('cpu')) return { milli: up(amount, CORES, 5n * ONE), format: 'decimal' }
  if (name.endsWith('memory') || name.endsWith('storage')) return { milli: up(amount, BYTES, 4n * GI), format: 'binary' }
  return { milli: up(amount, THINGS, 10n * ONE), format: 'decimal' }
}

function up(amount: bigint, steps: Steps, last: bigint): bigint {
  const step = steps.find(([most]) => amount <= most)?.[1] ?? last
  return ceilDiv(amount, step) * step
}

/** With so many percent on top. */
export function withRoom(amount: bigint, percent: number): bigint {
  return ceilDiv(amount * BigInt(100 + percent), 100n)
}
