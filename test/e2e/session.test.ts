import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { emptyHome } from './command.ts'
import { KEY, open, type Terminal } from './terminal.ts'

let cluster: TestCluster
/** The field of that name is focused (the crumbs above may start the same way). */
const NAMESPACES = /^› Namespaces {2}/m

beforeAll(async () => {
  cluster = await startCluster({ name: 'session' })
  for (const ns of ['shop', 'payments']) await cluster.createNamespace(ns)
  await cluster.kubectl(['create', 'clusterrolebinding', 'developers', '--clusterrole=cluster-admin', '--group=developers'])
  // The test's own administrator stays one, so that narrowing `developers` locks nobody out.
})
afterAll(() => cluster?.stop())

const start = (home: Record<string, string>) => open(['--kubeconfig', cluster.adminKubeconfig], home)

/** Through the command palette to a check. */
async function goTo(t: Terminal, check: string): Promise<void> {
  t.press(':')
  await t.until(/go to|command/i)
  t.press(check)
  await new Promise((r) => setTimeout(r, 300))
  t.press(KEY.enter)
  await t.until(check)
}

/** Through the wizard with what it suggests, the preview, the confirmation, to the result. */
async function applyAll(t: Terminal, wanted: RegExp): Promise<string> {
  t.press(KEY.ctrlS)
  const preview = await t.until(/nothing is written yet/)
  expect(preview).toMatch(wanted)
  t.press('a')
  await confirm(t, 'Apply')
  return t.until(/Proven/)
}

/** The focus is on Cancel: the name is typed where it is asked for, then the other button is chosen. */
async function confirm(t: Terminal, button: string): Promise<void> {
  const dialog = await t.until(new RegExp(`› \\[ Cancel \\] +\\[ ${button} \\]`))
  if (dialog.includes('Type its name')) t.press('real')
  await new Promise((r) => setTimeout(r, 200))
  t.press(KEY.tab)
  await t.until(new RegExp(`› \\[ ${button} \\]`))
  t.press(KEY.enter)
}

async function leave(t: Terminal): Promise<void> {
  t.press('q')
  expect(await t.ended()).toBe(0)
}

it('a risky binding: finding, wizard, preview with the diff, apply, pass; remembered; undo brings the finding back', async () => {
  const home = emptyHome()
  const first = start(home)
  await first.until('Access (RBAC)')
  await goTo(first, 'access/cluster-admin-bindings')
  await first.until(/fail.*ClusterRoleBinding developers/)
  first.press('w')
  await first.until('Replace a risky binding')
  // The role needs a namespace to hold in: the group has none of its own.
  await fillNamespaces(first, 'shop')
  const result = await applyAll(first, /create {2}Role shop\//)
  expect(result).toMatch(/fail +→ ✓ pass +cluster-admin is held only where it is needed/)
  expect((await cluster.kubectl(['get', 'clusterrolebinding', 'developers'], { allowFail: true })).code).not.toBe(0)
  first.press(KEY.enter)
  await leave(first)

  const second = start(home)
  await second.until('Access (RBAC)')
  await goTo(second, 'access/cluster-admin-bindings')
  await second.until(/pass · critical · access\/cluster-admin-bindings/)
  second.press(':journal')
  await new Promise((r) => setTimeout(r, 300))
  second.press(KEY.enter)
  await second.until(/Journal/)
  second.press('u')
  await second.until(/create +ClusterRoleBinding developers|nothing is written yet/)
  second.press('a')
  await confirm(second, 'Undo')
  await second.until(/Undone[\s\S]*pass[\s\S]*fail/)
  second.press(KEY.enter)
  await goTo(second, 'access/cluster-admin-bindings')
  await second.until(/fail.*ClusterRoleBinding developers/)
  await leave(second)
  const back = JSON.parse((await cluster.kubectl(['get', 'clusterrolebinding', 'developers', '-o', 'json'])).stdout)
  expect(back.subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'developers' }])
})

async function fillNamespaces(t: Terminal, name: string): Promise<void> {
  for (let i = 0; i < 12 && !NAMESPACES.test(t.screen()); i += 1) {
    t.press(KEY.tab)
    await new Promise((r) => setTimeout(r, 120))
  }
  expect(t.screen()).toMatch(NAMESPACES)
  t.press(name)
  await new Promise((r) => setTimeout(r, 200))
}

it('default deny in two namespaces, and back', async () => {
  const home = emptyHome()
  const t = start(home)
  await t.until('Network policies')
  await goTo(t, 'network/default-deny')
  await t.until(/fail.*Namespace shop/)
  t.press('w')
  await t.until('[ Preview')
  for (let i = 0; i < 12 && !NAMESPACES.test(t.screen()); i += 1) {
    t.press(KEY.tab)
    await new Promise((r) => setTimeout(r, 120))
  }
  t.press('\u007f'.repeat(60))
  t.press('shop, payments')
  await new Promise((r) => setTimeout(r, 200))
  const result = await applyAll(t, /create {2}NetworkPolicy (shop|payments)\//)
  expect(result).toMatch(/Namespaces deny incoming traffic by default +open 3 → 1/)
  const names = async () =>
    (await cluster.kubectl(['get', 'networkpolicies', '-A', '-o', 'jsonpath={range .items[*]}{.metadata.namespace} {end}'])).stdout
      .trim()
      .split(' ')
      .filter(Boolean)
  expect(new Set(await names())).toEqual(new Set(['shop', 'payments']))
  t.press(KEY.enter)
  await goTo(t, 'network/default-deny')
  await t.until(/pass.*Namespace shop/)
  await t.until(/pass.*Namespace payments/)
  t.press(':journal')
  await new Promise((r) => setTimeout(r, 300))
  t.press(KEY.enter)
  await t.until(/Journal/)
  t.press('u')
  await t.until(/nothing is written yet/)
  t.press('a')
  await confirm(t, 'Undo')
  await t.until(/Undone/)
  await vanish(names)
  t.press(KEY.enter)
  await goTo(t, 'network/default-deny')
  await t.until(/fail.*Namespace shop/)
  await leave(t)
})

async function vanish(names: () => Promise<string[]>): Promise<void> {
  for (let i = 0; i < 50 && (await names()).length > 0; i += 1) await new Promise((r) => setTimeout(r, 100))
  expect(await names()).toEqual([])
}
