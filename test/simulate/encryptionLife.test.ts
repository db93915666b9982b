import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canMeet, nextStep, type Order, PLAIN } from '#simulate/encryptionLife.ts'

/** A cluster as far as this goes: what each API server uses, and with which provider each object is stored. */
interface Cluster {
  servers: Order[]
  stored: string[]
}

const reads = (order: Order, id: string) => (order.length === 0 ? id === PLAIN : order.includes(id))
const readable = ({ servers, stored }: Cluster) => servers.every((order) => stored.every((id) => reads(order, id)))

/** One write by some server, which must be able to read the object first; false where it cannot. */
function write(cluster: Cluster, server: number, object: number): boolean {
  const order = cluster.servers[server % cluster.servers.length] as Order
  const at = object % cluster.stored.length
  if (!reads(order, cluster.stored[at] as string)) return false
  cluster.stored[at] = order[0] ?? PLAIN
  return true
}

const goals = fc.constantFrom(PLAIN, 'secretbox:key1', 'secretbox:key2', 'aesgcm:key3', 'kms:plugin')
const writes = fc.array(fc.tuple(fc.nat(4), fc.nat(9)), { maxLength: 6 })

test('whatever is wanted, in whatever order servers and writers come: no API server ever meets what it cannot read', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.tuple(goals, fc.array(writes, { minLength: 1, maxLength: 12 }), fc.nat(9)), { maxLength: 5 }),
      (n, wanted) => {
        const cluster: Cluster = { servers: Array.from({ length: n }, (): Order => []), stored: Array.from({ length: 10 }, () => PLAIN) }
        let proven = false
        for (const [goal, traffic, stopAfter] of wanted) {
          for (let i = 0; i <= stopAfter; i += 1) {
            const step = nextStep(cluster.servers[0] as Order, goal, proven)
            if (step.do === 'done') break
            expect(step.do).not.toBe('by-hand')
            if (step.do === 'rewrite') {
              for (let o = 0; o < 10; o += 1) expect(write(cluster, o, o)).toBe(true)
              proven = true
              continue
            }
            const order = step.do === 'flags-away' ? [] : 'order' in step ? step.order : []
            for (let s = 0; s < n; s += 1) {
              cluster.servers[s] = order
              expect(readable(cluster)).toBe(true)
              for (const [server, object] of traffic[(i + s) % traffic.length] ?? []) {
                expect(write(cluster, server, object)).toBe(true)
                expect(readable(cluster)).toBe(true)
              }
            }
            proven = false
          }
        }
      },
    ),
  )
})

test('every goal is reached from every state that can be reached, and stays', () => {
  fc.assert(
    fc.property(
      fc.array(goals, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(3), { minLength: 5, maxLength: 5 }),
      goals,
      (wanted, stops, last) => {
        let order: Order = []
        let proven = false
        const go = (goal: string, most: number): boolean => {
          for (let i = 0; i < most; i += 1) {
            const step = nextStep(order, goal, proven)
            if (step.do === 'done') return true
            if (step.do === 'rewrite') proven = true
            else {
              proven = false
              order = 'order' in step ? step.order : []
            }
          }
          return nextStep(order, goal, proven).do === 'done'
        }
        for (const [i, goal] of wanted.entries()) go(goal, stops[i] ?? 0)
        expect(go(last, 10)).toBe(true)
        expect(order).toEqual(last === PLAIN ? [] : [last])
      },
    ),
  )
})

test('nothing goes away without proof, and the new key is known everywhere before it writes', () => {
  expect(nextStep(['secretbox:key1'], 'secretbox:key2', true)).toEqual({ do: 'learn', order: ['secretbox:key1', 'secretbox:key2'] })
  expect(nextStep(['secretbox:key1', 'secretbox:key2'], 'secretbox:key2', true)).toEqual({
    do: 'promote',
    order: ['secretbox:key2', 'secretbox:key1'],
  })
  expect(nextStep(['secretbox:key2', 'secretbox:key1'], 'secretbox:key2', false)).toEqual({ do: 'rewrite' })
  expect(nextStep(['secretbox:key2', 'secretbox:key1'], 'secretbox:key2', true)).toEqual({ do: 'drop', order: ['secretbox:key2'] })
  expect(nextStep([PLAIN, 'secretbox:key1'], PLAIN, false)).toEqual({ do: 'rewrite' })
  // A change that was begun is finished first.
  expect(nextStep(['secretbox:key2', 'secretbox:key1'], 'secretbox:key3', false)).toEqual({ do: 'rewrite' })
  expect(nextStep(['a', 'b', 'c'], 'a', true)).toEqual({ do: 'by-hand' })
  expect(canMeet(['secretbox:key1'], [PLAIN, 'secretbox:key1'])).toBe(false)
})
