import fc from 'fast-check'
import { compare, quantityOf } from '../../../src/simulate/quantity.ts'

export type Amounts = Readonly<Record<string, string>>
export const of = <T>(...values: T[]) => fc.constantFrom(...values)
export const rare = <T>(arbitrary: fc.Arbitrary<T>, absent = 4) =>
  fc.oneof({ weight: absent, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const AMOUNTS: Readonly<Record<string, readonly string[]>> = {
  cpu: ['0', '1m', '50m', '0.1', '100m', '250m', '.5', '1', '1500m', '2.0', '3'],
  memory: ['0', '64Mi', '100M', '128974848', '0.125Gi', '256Mi', '1e9', '1Gi', '1536Mi', '0.0001Ki', '2G'],
  'ephemeral-storage': ['1Gi', '1G', '1.5Gi', '4Gi'],
}
export const amount = (name: string) => of(...(AMOUNTS[name] ?? []))
export const ordered = (values: readonly string[]) => [...values].sort((a, b) => compare(quantityOf(a, ''), quantityOf(b, '')))
