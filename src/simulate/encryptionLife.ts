/*
 * The life of encryption at rest as steps, each of which is safe whatever the API servers do meanwhile: while a step is under
 * way some use the file before it and some the file after it, and each must be able to read what any of them writes, and
 * everything that is stored.
 */

/** Stored as it is, in plain text. */
export const PLAIN = 'identity'

/** Providers of an EncryptionConfiguration, the one that writes first: `identity`, `secretbox:key1`, `kms:plugin`. */
export type Order = readonly string[]

export type LifeStep =
  /** Every API server learns to read what the goal will write; nothing is written with it yet. */
  | { readonly do: 'learn'; readonly order: Order }
  /** The goal writes; what was stored before can still be read. */
  | { readonly do: 'promote'; readonly order: Order }
  /** Everything is stored again, and proven. */
  | { readonly do: 'rewrite' }
  /** What nothing is stored with any more goes away. */
  | { readonly do: 'drop'; readonly order: Order }
  /** Plain text needs no configuration: its flags go away. */
  | { readonly do: 'flags-away' }
  | { readonly do: 'done' }
  /** More providers than this program puts there: somebody else's order, to be finished by hand. */
  | { readonly do: 'by-hand' }

/**
 * What comes next, seen from what *all* API servers use now. `proven`: with exactly this configuration everything was stored
 * again and nothing is left that another provider wrote. A change that was begun is finished before another one begins.
 */
export function nextStep(order: Order, goal: string, proven: boolean): LifeStep {
  const [first = PLAIN, second, third] = order
  if (third !== undefined) return { do: 'by-hand' }
  if (!order.includes(goal) && order.length > 0) {
    if (second !== undefined) return nextStep(order, first, proven)
    return { do: 'learn', order: [first, goal] }
  }
  if (order.length === 0) return goal === PLAIN ? { do: 'done' } : { do: 'learn', order: [PLAIN, goal] }
  if (first !== goal) return { do: 'promote', order: [goal, first] }
  if (second === undefined) return goal === PLAIN ? { do: 'flags-away' } : { do: 'done' }
  if (!proven) return { do: 'rewrite' }
  return goal === PLAIN ? { do: 'flags-away' } : { do: 'drop', order: [goal] }
}

/** May these two be in use side by side, while one file takes the place of the other? */
export function canMeet(a: Order, b: Order): boolean {
  const reads = (order: Order, id: string) => (order.length === 0 ? id === PLAIN : order.includes(id))
  return reads(a, b[0] ?? PLAIN) && reads(b, a[0] ?? PLAIN)
}
