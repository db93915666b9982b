/** What is known of a fact: 0 surely not, 1 perhaps, 2 surely. Ordered, so that OR is the greatest and AND the least. */
export type Tri = 0 | 1 | 2

export const either = (a: Tri, b: Tri): Tri => (a > b ? a : b)
export const both = (a: Tri, b: Tri): Tri => (a < b ? a : b)

/** OR over a list; stops as soon as it is sure. */
export function any<T>(list: readonly T[], test: (item: T) => Tri): Tri {
  let best: Tri = 0
  for (const item of list) {
    best = either(best, test(item))
    if (best === 2) return 2
  }
  return best
}
