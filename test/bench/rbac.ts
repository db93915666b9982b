// who-can at three sizes, its time and its memory; part of `npm run bench`.
import type { Item } from '../../src/model/kinds.ts'
import { KINDS } from '../../src/model/kinds.ts'
import { grantsOf } from '../../src/simulate/rbacGrants.ts'
import { holders } from '../../src/simulate/rbacWho.ts'

const SIZES = [
  [500, 1250],
  [1000, 2500],
  [2000, 5000],
] as const
/** How time may grow when roles and bindings both double: 2 is linear in what is read. */
const MOST_GROWTH = 3
const ROUNDS = 200

const at = (list: readonly string[], i: number) => list[i % list.length] ?? ''
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', '*']
const RESOURCES = ['pods', 'secrets', 'deployments', 'configmaps', 'pods/exec', 'services', 'jobs', '*']

/** Half of the roles cluster-wide; twelve rules each, as operators' roles have; three subjects in each binding. */
function cluster(roles: number, bindings: number) {
  const rules = (i: number) =>
    Array.from({ length: 12 }, (_, r) => ({
      verbs: [at(VERBS, i + r), at(VERBS, i + r + 1)],
      apiGroups: [r % 2 === 0 ? '' : 'apps'],
      resources: [at(RESOURCES, i + r * 3)],
      resourceNames: r % 4 === 0 ? [`n${i}`] : [],
    }))
  const role = (i: number, namespace?: string) =>
    KINDS.roles.schema.parse({ metadata: { name: `r${i}`, ...(namespace === undefined ? {} : { namespace }) }, rules: rules(i) })
  const bind = (i: number, kind: string, name: string, namespace?: string): Item<'roleBindings'> =>
    KINDS.roleBindings.schema.parse({
      metadata: { name: `b${i}`, ...(namespace === undefined ? {} : { namespace }) },
      roleRef: { kind, name },
      subjects: [0, 1, 2].map((s) => ({ kind: 'ServiceAccount', name: `sa${(i * 3 + s) % bindings}`, namespace: `ns${i % 50}` })),
    })
  const half = roles / 2
  const local = Array.from({ length: half }, (_, i) => role(half + i, `ns${i % 50}`))
  return {
    clusterRoles: Array.from({ length: half }, (_, i) => role(i)),
    roles: local,
    clusterRoleBindings: Array.from({ length: bindings / 2 }, (_, i) => bind(i, 'ClusterRole', `r${i % half}`)),
    roleBindings: Array.from({ length: bindings / 2 }, (_, i) => {
      const to = local[i % half]
      return bind(bindings + i, 'Role', to?.metadata.name ?? '', to?.metadata.namespace)
    }),
  }
}

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
