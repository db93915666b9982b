// Paths to cluster-admin at three sizes, their time and memory; part of `npm run bench`.

import { KINDS } from '../../src/model/kinds.ts'
import type { State } from '../../src/model/state.ts'
import { grantsIn } from '../../src/session/whoCan.ts'
import { pathsToAdmin } from '../../src/simulate/rbacPaths/paths.ts'
import { worldOf } from '../../src/simulate/rbacPaths/world.ts'
import { cluster, MOST_GROWTH, SIZES } from './rbacCluster.ts'

const ROUNDS = 3

/** Fifty namespaces; an account for each binding, and a pod that runs as it. */
function stateOf(roles: number, bindings: number): State {
  const whole = <T>(items: readonly T[]) => ({ items, gaps: [] })
  const lists = cluster(roles, bindings)
  const names = Array.from({ length: bindings }, (_, i) => ({ name: `sa${i}`, namespace: `ns${i % 50}` }))
  return {
    schemaVersion: 1,
    takenAt: '2026-06-01T00:00:00Z',
    source: 'snapshot',
    cluster: { name: 'bench', version: 'v1.36.3', distribution: 'kubeadm' },
    kinds: {
      clusterRoles: whole(lists.clusterRoles),
      clusterRoleBindings: whole(lists.clusterRoleBindings),
      roles: whole(lists.roles),
      roleBindings: whole(lists.roleBindings),
      namespaces: whole(Array.from({ length: 50 }, (_, i) => KINDS.namespaces.schema.parse({ metadata: { name: `ns${i}` } }))),
      nodes: whole(
        ['a', 'b'].map((name) =>
          KINDS.nodes.schema.parse({ metadata: { name, labels: name === 'a' ? { 'node-role.kubernetes.io/control-plane': '' } : {} } }),
        ),
      ),
      serviceAccounts: whole(names.map((metadata) => KINDS.serviceAccounts.schema.parse({ metadata }))),
      pods: whole(
        names.map((metadata, i) =>
          KINDS.pods.schema.parse({
            metadata,
            spec: { serviceAccountName: metadata.name, nodeName: i % 10 === 0 ? 'a' : 'b', containers: [{ name: 'c' }] },
          }),
        ),
      ),
    },
  }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const seconds: number[] = []
for (const [roles, bindings] of [SIZES[0], ...SIZES]) {
  const state = stateOf(roles, bindings)
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    const paths = pathsToAdmin(worldOf(state, grantsIn(state)))
    return { ms: performance.now() - start, paths }
  })
  const time = median(rounds.map((r) => r.ms)) / 1000
  const paths = rounds[0]?.paths ?? []
  seconds.push(time)
  const longest = paths.reduce((most, p) => Math.max(most, p.steps.length), 0)
  const memory = process.resourceUsage().maxRSS / 1024
  console.log(
    `rbac paths, ${roles} roles, ${bindings} bindings, ${bindings} accounts: ${time.toFixed(2)} s, ${paths.length} subjects reach it, longest chain ${longest}, peak ${memory.toFixed(0)} MiB`,
  )
}
// The first round only warms up.
const growth = seconds.slice(2).map((s, i) => s / (seconds[i + 1] ?? s))
console.log(`Growth when both double: ${growth.map((g) => g.toFixed(1)).join(', ')}; goal: at most ${MOST_GROWTH}.`)
process.exitCode = growth.every((g) => g <= MOST_GROWTH) ? 0 : 1
