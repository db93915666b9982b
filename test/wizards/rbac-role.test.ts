import { describe, expect, it } from 'vitest'
import { problemOf } from '../../src/model/questions.ts'
import { PRESETS, presetRules } from '../../wizards/shared/presets.ts'
import { risksOf } from '../../wizards/shared/risks.ts'
import { impactsOf, objectsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.rbacRole
const ADA = { subjectName: 'ada', inNamespace: 'shop' }

describe('ready-made rights', () => {
  it.each(PRESETS)('%s holds no wildcard, no Secret, no command in a container and no right over rights', (preset) => {
    for (const scope of ['namespace', 'cluster'] as const) {
      const risks = risksOf(presetRules(preset, scope)).map((r) => r.id)
      expect(risks).toEqual(preset === 'deployer' ? ['R13'] : [])
      for (const rule of presetRules(preset, scope)) expect(JSON.stringify(rule)).not.toMatch(/\*|secrets|exec|attach|rbac\.auth/)
    }
  })
})

it('names binding after role and subject, so that a second subject gets one of its own', () => {
  const [role, binding] = objectsOf(planOf(wizard, SAMPLE, { ...ADA, preset: 'developer' }))
  expect([role?.kind, role?.metadata.name, role?.metadata.namespace]).toEqual(['Role', 'developer', 'shop'])
  expect([binding?.kind, binding?.metadata.name]).toEqual(['RoleBinding', 'developer-user-ada'])
  expect(binding?.subjects).toEqual([{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }])
})

it('creates a service account without a mounted token, and none that is there', () => {
  const given = { subjectKind: 'ServiceAccount', createServiceAccount: true, inNamespace: 'shop' }
  const [account] = objectsOf(planOf(wizard, SAMPLE, { ...given, subjectName: 'new' }))
  expect(account).toMatchObject({
    kind: 'ServiceAccount',
    automountServiceAccountToken: false,
    metadata: { name: 'new', namespace: 'shop' },
  })
  expect(objectsOf(planOf(wizard, SAMPLE, { ...given, subjectName: 'api' })).map((o) => o.kind)).toEqual(['Role', 'RoleBinding'])
})

it('opens on a service account with its name filled in', () => {
  const finding = { object: { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'ci', name: 'runner' } }
  expect(wizard.defaults(SAMPLE, finding)).toMatchObject({ subjectKind: 'ServiceAccount', subjectName: 'runner', inNamespace: 'ci' })
})

describe('refuses', () => {
  it.each([
    [{ subjectKind: 'Group', subjectName: 'system:masters' }, 'is not given rights'],
    [{ subjectKind: 'Group', subjectName: 'system:unauthenticated' }, 'without any credential'],
    [{ subjectName: 'system:node:cp-1' }, 'belongs to the cluster itself'],
    [{ subjectName: 'system:serviceaccount:ci:runner' }, 'Answer subjectKind with ServiceAccount'],
    [{ subjectKind: 'ServiceAccount', subjectName: 'gone' }, 'no service account shop/gone'],
    [{ inNamespace: 'shopp' }, 'no namespace shopp. | Choose one of: ci, default, shop'],
    [{ preset: 'custom' }, 'Add at least one row'],
  ])('%o', (given, words) => {
    expect(refusalOf(wizard, SAMPLE, { ...ADA, ...given })).toContain(words)
  })

  it('a role of that name with other rules, unless it is its own', () => {
    const role = (managers: string) =>
      stateOf(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: developer, namespace: shop, managers: [${managers}] }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`)
    expect(refusalOf(wizard, role('kubectl'), { ...ADA, preset: 'developer' })).toContain(
      'Role shop/developer exists already with other rules.',
    )
    expect(planOf(wizard, role("'kubeharden:rbac-role'"), { ...ADA, preset: 'developer' })).toHaveLength(2)
  })

  it('a binding of that name that binds another role; keeps who is in one that binds this role', () => {
    const binding = (role: string) =>
      stateOf(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: read-only-user-ada, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${role} }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: bob }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
`)
    expect(refusalOf(wizard, binding('other'), ADA)).toContain('binds Role other')
    const kept = objectsOf(planOf(wizard, binding('read-only'), ADA))[1]
    expect(kept?.subjects).toMatchObject([{ name: 'bob' }, { name: 'ada' }])
  })
})

describe('rules', () => {
  const row = { apiGroups: 'core', resources: 'pods', verbs: 'get' }
  it.each([
    [{ ...row, resources: 'pods/*' }, 'matches nothing'],
    [{ ...row, verbs: 'create', resourceNames: 'one' }, 'carries no name'],
    [{ ...row, resources: 'Pods' }, 'lower case'],
    [{ ...row, verbs: '' }, 'name verbs'],
    [{ ...row, apiGroups: 'apps/v1' }, 'name API groups'],
  ])('%o is refused in words', (rule, words) => {
    expect(problemOf(wizard.questions, 'rules', [rule])).toContain(words)
  })

  it.each([
    row,
    { ...row, resources: 'pods/exec', verbs: 'create', resourceNames: 'one' },
    { apiGroups: '*', resources: '*/scale, deployments.v1', verbs: 'impersonate:user-info, *' },
  ])('%o is taken', (rule) => {
    expect(problemOf(wizard.questions, 'rules', [rule])).toBeUndefined()
  })
})

describe('says what the rights amount to', () => {
  const custom = (resources: string, verbs: string, apiGroups = 'core') =>
    impactsOf(wizard, EMPTY, { ...ADA, preset: 'custom', rules: [{ apiGroups, resources, verbs }] })
  it.each([
    ['secrets', 'list', 'danger: User ada can read Secrets in namespace shop.'],
    ['pods/exec', 'create', 'danger: User ada can run commands in running containers in namespace shop.'],
    ['nodes/proxy', 'get', 'danger: User ada can run commands on every node through its kubelet in namespace shop.'],
    ['pods', 'create', 'warn: User ada can run pods as any service account of the namespace in namespace shop.'],
  ])('%s %s', (resources, verbs, line) => {
    expect(custom(resources, verbs)).toContain(line)
  })

  it('everything is one line, a wildcard names itself, and harmless rules say nothing', () => {
    expect(custom('*', '*', '*')).toEqual(['danger: User ada can do everything (cluster-admin) in namespace shop.'])
    expect(custom('*', 'get').join()).toContain('rights named by a wildcard')
    expect(impactsOf(wizard, EMPTY, ADA)).toEqual([])
  })
})
