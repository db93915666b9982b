import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectLive, type LiveConnection } from '../../src/cluster/index.ts'
import type { Answers } from '../../src/model/questions.ts'
import type { State } from '../../src/model/state.ts'
import { PRESETS, presetRules } from '../../wizards/shared/presets.ts'
import type { Rule } from '../../wizards/shared/rules.ts'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { type Ask, applyPlan, may } from '../wizards/live.ts'
import { planOf, WIZARDS } from '../wizards/run.ts'

const { rbacRole, rbacReplaceBinding } = WIZARDS
let cluster: TestCluster
let admin: LiveConnection

const read = async (): Promise<State> => await admin.reader.collect(rbacReplaceBinding.reads)

beforeAll(async () => {
  cluster = await startCluster({ name: 'wizard-rbac' })
  for (const namespace of ['shop', 'bank', 'ci']) await cluster.createNamespace(namespace)
  admin = await connectLive({ kubeconfig: cluster.adminKubeconfig, env: {} })
})
afterAll(async () => {
  await admin?.reader.close()
  await cluster?.stop()
})

/** Thirty things that no ready-made set of rights and no narrow role of the tests may give. */
const NOT_ASKED: readonly Ask[] = [
  { verb: 'get', resource: 'secrets', namespace: 'shop', name: 'db' },
  { verb: 'list', resource: 'secrets', namespace: 'shop' },
  { verb: 'watch', resource: 'secrets', namespace: 'shop' },
  { verb: 'create', resource: 'secrets', namespace: 'shop' },
  { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'shop' },
  { verb: 'get', resource: 'pods', subresource: 'exec', namespace: 'shop' },
  { verb: 'create', resource: 'pods', subresource: 'attach', namespace: 'shop' },
  { verb: 'create', resource: 'pods', subresource: 'portforward', namespace: 'shop' },
  { verb: 'create', resource: 'pods', namespace: 'shop' },
  { verb: 'patch', resource: 'pods', namespace: 'shop' },
  { verb: 'update', resource: 'pods', subresource: 'ephemeralcontainers', namespace: 'shop' },
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token', namespace: 'shop' },
  { verb: 'create', resource: 'serviceaccounts', namespace: 'shop' },
  { verb: 'impersonate', resource: 'serviceaccounts', namespace: 'shop' },
  { verb: 'impersonate', resource: 'users' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'roles', namespace: 'shop' },
  { verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'roles', namespace: 'shop' },
  { verb: 'bind', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'rolebindings', namespace: 'shop' },
  { verb: 'get', resource: 'nodes', subresource: 'proxy' },
  { verb: 'update', resource: 'nodes' },
  { verb: 'create', resource: 'persistentvolumes' },
  { verb: 'patch', resource: 'namespaces', namespace: 'shop', name: 'shop' },
  { verb: 'delete', group: 'networking.k8s.io', resource: 'networkpolicies', namespace: 'shop' },
  { verb: 'update', resource: 'resourcequotas', namespace: 'shop' },
  { verb: 'create', group: 'apps', resource: 'daemonsets', namespace: 'shop' },
  { verb: 'create', group: 'admissionregistration.k8s.io', resource: 'mutatingwebhookconfigurations' },
  { verb: 'update', group: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource: 'approval' },
  { verb: 'deletecollection', resource: 'pods', namespace: 'shop' },
  { verb: '*', group: '*', resource: '*' },
]

/** Each verb on each resource that rules name. */
function asksOf(rules: readonly Rule[], namespace: string | undefined): Ask[] {
  return rules.flatMap((rule) =>
    rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((whole) => {
        const [resource = '', subresource] = whole.split('/')
        return rule.verbs.flatMap((verb) =>
          (rule.resourceNames ?? [undefined]).map((name) => ({
            verb,
            group,
            resource,
            ...(subresource === undefined ? {} : { subresource }),
            ...(namespace === undefined ? {} : { namespace }),
            ...(name === undefined ? {} : { name }),
          })),
        )
      }),
    ),
  )
}

async function expectRights(user: { user: string; groups?: string[] }, asked: readonly Ask[], denied: readonly Ask[]): Promise<void> {
  const verdict = async (asks: readonly Ask[], wanted: boolean) => {
    const answers = await Promise.all(asks.map(async (ask) => ((await may(cluster, user, ask)) === wanted ? [] : [ask])))
    return answers.flat()
  }
  // The authorizer learns of a new binding by a watch, a moment after it is stored.
  await expect.poll(() => verdict(asked, true), { timeout: 10_000, message: 'asked for and denied' }).toEqual([])
  expect(await verdict(denied, false), 'not asked for and allowed').toEqual([])
}

describe('rbac-role', () => {
  it('has thirty things that were not asked for', () => {
    expect(NOT_ASKED).toHaveLength(30)
  })

  it.each(PRESETS)('%s in one namespace: what it says, and nothing else', async (preset) => {
    const user = `user-${preset}@example.test`
    await applyPlan(admin, rbacRole, planOf(rbacRole, await read(), { subjectName: user, preset, inNamespace: 'shop' }))
    const rules = presetRules(preset, 'namespace')
    const elsewhere = asksOf(rules, 'bank')
    await expectRights({ user }, asksOf(rules, 'shop'), [...NOT_ASKED, ...elsewhere])
  })

  it('read-only for a group in the whole cluster', async () => {
    const given = { subjectKind: 'Group', subjectName: 'auditors', preset: 'read-only', scope: 'cluster', roleName: 'auditor' }
    await applyPlan(admin, rbacRole, planOf(rbacRole, await read(), given))
    const rules = presetRules('read-only', 'cluster')
    await expectRights({ user: 'eve', groups: ['auditors'] }, asksOf(rules, undefined), NOT_ASKED)
    await expectRights({ user: 'eve' }, [], asksOf(rules, 'shop'))
  })

  it('own rules for a service account that it creates; a second subject leaves the first alone', async () => {
    const given: Answers = {
      subjectKind: 'ServiceAccount',
      subjectName: 'robot',
      createServiceAccount: true,
      preset: 'custom',
      rules: [
        { apiGroups: 'core', resources: 'configmaps', verbs: 'get, update', resourceNames: 'robot-settings' },
        { apiGroups: 'apps', resources: 'deployments/scale', verbs: 'get, patch' },
      ],
      inNamespace: 'shop',
      roleName: 'robot',
    }
    await applyPlan(admin, rbacRole, planOf(rbacRole, await read(), given))
    await applyPlan(admin, rbacRole, planOf(rbacRole, await read(), { ...given, subjectKind: 'User', subjectName: 'ada' }))
    const asked: Ask[] = [
      { verb: 'get', resource: 'configmaps', namespace: 'shop', name: 'robot-settings' },
      { verb: 'update', resource: 'configmaps', namespace: 'shop', name: 'robot-settings' },
      { verb: 'patch', group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'shop' },
    ]
    const denied: Ask[] = [
      { verb: 'get', resource: 'configmaps', namespace: 'shop', name: 'other' },
      { verb: 'list', resource: 'configmaps', namespace: 'shop' },
      { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop' },
    ]
    for (const user of ['system:serviceaccount:shop:robot', 'ada']) await expectRights({ user }, asked, [...denied, ...NOT_ASKED])
  })
})

describe('rbac-replace-binding', () => {
  const bind = async (name: string, role: string, subjects: readonly string[]) =>
    await cluster.kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${role}`, ...subjects])

  it('moves one subject and leaves the other; then the other, and the binding is gone', async () => {
    await bind('ci-admin', 'cluster-admin', ['--user=grace', '--serviceaccount=ci:default'])
    await bind('spare', 'cluster-admin', ['--user=root'])
    const runner = { user: 'system:serviceaccount:ci:default' }
    expect(await may(cluster, runner, { verb: '*', group: '*', resource: '*' })).toBe(true)

    const given = { bindingScope: 'cluster', binding: 'ci-admin', preset: 'deployer', newScope: 'namespace' }
    const first = { ...given, moveSubjects: ['ServiceAccount ci/default'], inNamespaces: ['ci', 'shop'] }
    await applyPlan(admin, rbacReplaceBinding, planOf(rbacReplaceBinding, await read(), first))
    const rules = presetRules('deployer', 'namespace')
    await expectRights(runner, [...asksOf(rules, 'ci'), ...asksOf(rules, 'shop')], [...NOT_ASKED, ...asksOf(rules, 'bank')])
    expect(await may(cluster, { user: 'grace' }, { verb: '*', group: '*', resource: '*' })).toBe(true)

    const second = { ...given, moveSubjects: ['User grace'], inNamespaces: ['shop'] }
    await applyPlan(admin, rbacReplaceBinding, planOf(rbacReplaceBinding, await read(), second))
    await expectRights({ user: 'grace' }, asksOf(rules, 'shop'), NOT_ASKED)
    await expectRights(runner, asksOf(rules, 'shop'), NOT_ASKED)
    expect((await cluster.api('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/ci-admin')).status).toBe(404)
  })

  it('only removes, where nothing takes its place', async () => {
    await bind('everybody', 'view', ['--group=system:unauthenticated'])
    const finding = {
      object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'everybody' },
      path: 'subjects',
    }
    const changes = planOf(rbacReplaceBinding, await read(), {}, finding)
    expect(changes.map((c) => c.kind)).toEqual(['remove'])
    await applyPlan(admin, rbacReplaceBinding, changes)
  })
})
