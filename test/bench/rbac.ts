// who-can at three sizes, its time and its memory; part of `npm run bench`.
import { grantsOf } from '../../src/simulate/rbacGrants.ts'
import { holders } from '../../src/simulate/rbacWho.ts'
import { cluster, MOST_GROWTH, SIZES } from './rbacCluster.ts'

const ROUNDS = 200

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const request = { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'ns1' }
const seconds: number[] = []
for (const [roles, bindings] of [SIZES[0], ...SIZES]) {
  const lists = cluster(roles, bindings)
  const timed = <T>(work: () => T) => {
    const start = performance.now()
    const value = work()
    return { value, ms: performance.now() - start }
  }
  const put = Array.from({ length: 15 }, () => timed(() => grantsOf(lists, { stored: true })))
  const grants = put[0]?.value ?? []
  const asked = Array.from({ length: ROUNDS }, (_, i) => timed(() => holders(grants, { ...request, namespace: `ns${i % 50}` }).length))
  const found = asked.at(-1)?.value ?? 0
  const made = median(put.map((p) => p.ms))
  const each = median(asked.map((a) => a.ms))
  const time = made + each
  seconds.push(time / 1000)
  const memory = process.resourceUsage().maxRSS / 1024
  console.log(
    `who-can, ${roles} roles, ${bindings} bindings: ${(time / 1000).toFixed(4)} s (rights put together ${made.toFixed(1)} ms, a question ${each.toFixed(2)} ms, ${found} subjects), peak ${memory.toFixed(0)} MiB`,
  )
}
// The first round only warms up.
const growth = seconds.slice(2).map((s, i) => s / (seconds[i + 1] ?? s))
console.log(`Growth when both double: ${growth.map((g) => g.toFixed(1)).join(', ')}; goal: at most ${MOST_GROWTH}.`)
process.exitCode = growth.every((g) => g <= MOST_GROWTH) ? 0 : 1
