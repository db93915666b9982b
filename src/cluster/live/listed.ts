import type { Item, Kind } from '#model/kinds.ts'
import type { Gap } from '#model/right.ts'

export interface Listed {
  readonly items: readonly Item<Kind>[]
  /** Objects that could not be read, each named. */
  readonly gaps: readonly Gap[]
}
