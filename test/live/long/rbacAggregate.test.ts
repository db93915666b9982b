import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Item, KINDS } from '../../../src/model/kinds.ts'
import type { KubeObject } from '../../../src/model/refs.ts'
import { rulesOfClusterRoles } from '../../../src/simulate/rbacAggregate.ts'
import { startCluster, type TestCluster } from '../../cluster/apiserver.ts'
import { Daemon } from '../../cluster/daemon.ts'
import { ensureNodeAssets } from '../../cluster/node/assets.mjs'
import { makeWorkspace, type Workspace } from '../../cluster/workspace.ts'

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
const COUNT = 300
const SEED = 20261125
let cluster: TestCluster
let workspace: Workspace
let controller: Daemon | undefined

/** A real kube-controller-manager, of which only the controller that fills in aggregated roles works. */
beforeAll(async () => {
  cluster = await startCluster({ name: 'aggregate', auditLog: false })
  workspace = await makeWorkspace('aggregate-controller')
  const flags = [
    `--kubeconfig=${cluster.adminKubeconfig}`,
    `--authentication-kubeconfig=${cluster.adminKubeconfig}`,
    `--authorization-kubeconfig=${cluster.adminKubeconfig}`,
    '--authentication-skip-lookup',
    '--secure-port=0',
    '--leader-elect=false',
    '--controllers=clusterrole-aggregation-controller',
  ]
  const file = path.join((await ensureNodeAssets()).bin, 'kube-controller-manager')
  controller = new Daemon(file, flags, {
    name: 'aggregate',
    log: path.join(workspace.dir, 'log'),
    cwd: workspace.dir,
    guard: workspace.guard,
  })
}, 600_000)
afterAll(async () => {
  await controller?.stop()
  await cluster?.stop()
  await workspace?.remove()
})

const labels = fc.record({ a: fc.constantFrom('1', '2'), b: fc.constantFrom('1', ''), c: fc.constantFrom('x', 'y') }, { requiredKeys: [] })
const expression = fc.oneof(
  fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    operator: fc.constantFrom('In', 'NotIn'),
    values: fc.subarray(['1', '2', 'x', ''], { minLength: 1 }),
  }),
  fc.record({ key: fc.constantFrom('a', 'b', 'd'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
)
// Without a label of these tests' own an empty selector, or a negative one, would gather the server's own roles: that is meant, but slow.
const selector = fc.record({
  matchLabels: labels.map((l) => ({ ...l, own: 'yes' })),
  matchExpressions: fc.array(expression, { maxLength: 2 }),
})
const rule = fc.record({
  verbs: fc.subarray(['get', 'list', 'create'], { minLength: 1 }),
  apiGroups: fc.constantFrom([''], ['apps'], ['*']),
  resources: fc.subarray(['pods', 'secrets', 'deployments', '*'], { minLength: 1 }),
})
const roles = fc.tuple(
  labels,
  fc.oneof(
    fc.record({ rules: fc.array(rule, { maxLength: 2 }) }),
    fc.record({ selectors: fc.array(selector, { minLength: 1, maxLength: 2 }) }),
  ),
)

function drawn(): readonly KubeObject[] {
  return fc.sample(roles, { numRuns: COUNT, seed: SEED }).map(([own, what], i) => {
    const metadata = { name: `t${i}`, labels: { ...own, own: 'yes' } }
    const body = 'rules' in what ? { rules: what.rules } : { rules: [], aggregationRule: { clusterRoleSelectors: what.selectors } }
    return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, ...body } as unknown as KubeObject
  })
}

const asSet = (rules: readonly object[]) => [...new Set(rules.map((r) => JSON.stringify(r)))].toSorted()

async function read(): Promise<readonly Item<'clusterRoles'>[]> {
  const { items } = (await cluster.api(ROLES)).json<{ items: object[] }>()
  return items.map((item) => KINDS.clusterRoles.schema.parse(item))
}

/** The roles as a folder of manifests has them: nobody has filled in the aggregated ones. */
const unfilled = (all: readonly Item<'clusterRoles'>[]) =>
  all.map((role) => (role.aggregationRule === undefined ? role : { ...role, rules: [] }))

it('aggregated roles gather what the real controller gathers: chains, circles, selectors of every kind, and admin, edit and view', {
  timeout: 300_000,
}, async () => {
  const objects = drawn()
  for (const body of objects) {
    const answer = await cluster.api(ROLES, { method: 'POST', body })
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  }
  // It follows by watches, role by role: what it says counts once it agrees, or has long been quiet.
  await vi.waitFor(
    async () => {
      const all = await read()
      const ours = rulesOfClusterRoles(unfilled(all))
      const aggregated = all.filter((role) => role.aggregationRule !== undefined)
      const theirs = Object.fromEntries(aggregated.map((role) => [role.metadata.name, asSet(role.rules)]))
      expect(Object.fromEntries(aggregated.map((role) => [role.metadata.name, asSet(ours.get(role.metadata.name) ?? [])]))).toEqual(theirs)
    },
    { timeout: 90_000, interval: 2000 },
  )
  const all = await read()
  const filled = all.filter((role) => role.aggregationRule !== undefined && role.rules.length > 0)
  expect(filled.map((role) => role.metadata.name)).toEqual(expect.arrayContaining(['admin', 'edit', 'view']))
  expect(filled.length).toBeGreaterThan(COUNT / 5)
})
