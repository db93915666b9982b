import { describe, expect, it } from 'vitest'
import { check as adminCheck } from '../../src/checks/access/cluster-admin-bindings.ts'
import type { Item } from '../../src/model/kinds.ts'
import { itemsOf, type State } from '../../src/model/state.ts'
import { answersOf, impactsOf, objectsOf, planOf, refusalOf, WIZARDS } from './run.ts'
import { EMPTY, SAMPLE, stateOf } from './state.ts'

const wizard = WIZARDS.rbacReplaceBinding
const RBAC = 'rbac.authorization.k8s.io/v1'
const CI = { object: { apiVersion: RBAC, kind: 'ClusterRoleBinding', name: 'ci-admin' }, path: 'roleRef' }

/** The sample with somebody else at the keyboard, and without kubeadm's own administrators. */
const alone = (name: string, groups: readonly string[] = []): State => ({
  ...SAMPLE,
  kinds: {
    ...SAMPLE.kinds,
    clusterRoleBindings: {
      items: itemsOf(SAMPLE, 'clusterRoleBindings').filter((b) => b.metadata.name !== 'kubeadm:cluster-admins'),
      gaps: [],
    },
    identity: { items: [{ metadata: { name }, groups: [...groups], credential: 'token' } as Item<'identity'>], gaps: [] },
  },
})

it('opens on the finding: who is moved, and where they live', () => {
  expect(answersOf(wizard, SAMPLE, {}, CI)).toEqual({
    bindingScope: 'cluster',
    binding: 'ci-admin',
    moveSubjects: ['ServiceAccount ci/runner', 'User ada'],
    preset: 'read-only',
    newScope: 'namespace',
    inNamespaces: ['ci'],
  })
  expect(wizard.defaults(SAMPLE)).toMatchObject({ binding: 'ci-admin' })
  const role = { object: { apiVersion: RBAC, kind: 'ClusterRole', name: 'cluster-admin' } }
  expect(wizard.defaults(SAMPLE, role)).toMatchObject({ binding: 'ci-admin' })
  const account = { object: { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'ci', name: 'runner' } }
  expect(wizard.defaults(SAMPLE, account)).toMatchObject({ binding: 'ci-admin' })
})

it('suggestions follow the binding that was named already', () => {
  expect(answersOf(wizard, SAMPLE, { binding: 'kubeadm:cluster-admins' })).toMatchObject({ moveSubjects: [], preset: 'none' })
  expect(answersOf(wizard, EMPTY, { binding: 'unseen' })).toMatchObject({ binding: 'unseen', bindingScope: 'cluster' })
})

it('writes what is new before it takes away what was', () => {
  const changes = planOf(wizard, SAMPLE, { inNamespaces: ['ci', 'shop'] }, CI)
  expect(changes.map((c) => c.kind)).toEqual(['apply', 'apply', 'apply', 'apply', 'remove'])
  expect(objectsOf(changes).map((o) => `${o.kind} ${o.metadata.namespace}/${o.metadata.name}`)).toEqual([
    'Role ci/ci-admin-read-only',
    'RoleBinding ci/ci-admin-read-only',
    'Role shop/ci-admin-read-only',
    'RoleBinding shop/ci-admin-read-only',
  ])
})

it('keeps those who are not moved', () => {
  const last = planOf(wizard, SAMPLE, { moveSubjects: ['ServiceAccount ci/runner'] }, CI).at(-1)
  expect(last).toMatchObject({
    kind: 'edit',
    edits: [{ op: 'set', path: ['subjects'], value: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ada' }] }],
  })
})

it('turns the red line of the check green', () => {
  const fails = (state: State) =>
    [
      ...adminCheck.evaluate(
        {
          clusterRoles: itemsOf(state, 'clusterRoles'),
          clusterRoleBindings: itemsOf(state, 'clusterRoleBindings'),
          roles: itemsOf(state, 'roles'),
          roleBindings: itemsOf(state, 'roleBindings'),
        } as never,
        { now: new Date(0), cluster: state.cluster, complete: true },
      ),
    ].filter((f) => f.status === 'fail').length
  expect(fails(SAMPLE)).toBe(1)
  const [removed] = planOf(wizard, SAMPLE, { preset: 'none' }, CI)
  expect(removed).toMatchObject({ kind: 'remove', ref: { name: 'ci-admin' } })
  const rest = itemsOf(SAMPLE, 'clusterRoleBindings').filter((b) => b.metadata.name !== 'ci-admin')
  expect(fails({ ...SAMPLE, kinds: { ...SAMPLE.kinds, clusterRoleBindings: { items: rest, gaps: [] } } })).toBe(0)
})

describe('nothing takes the place of', () => {
  const state = stateOf(`
apiVersion: ${RBAC}
kind: ClusterRole
metadata: { name: viewer }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
---
apiVersion: ${RBAC}
kind: ClusterRoleBinding
metadata: { name: mixed }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: viewer }
subjects:
  - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:unauthenticated' }
  - { kind: ServiceAccount, name: gone, namespace: shop }
  - { apiGroup: rbac.authorization.k8s.io, kind: User, name: ada }
---
apiVersion: ${RBAC}
kind: ClusterRoleBinding
metadata: { name: dangling }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: nowhere }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ada }]
`)
  const finding = (name: string, path: string) => ({ object: { apiVersion: RBAC, kind: 'ClusterRoleBinding', name }, path })

  it('everybody, and service accounts that are gone: only they are taken out', () => {
    const changes = planOf(wizard, state, {}, finding('mixed', 'subjects'))
    expect(changes).toMatchObject([{ kind: 'edit', edits: [{ value: [{ name: 'ada' }] }] }])
  })

  it('a role that does not exist', () => {
    expect(planOf(wizard, state, {}, finding('dangling', 'roleRef'))).toMatchObject([{ kind: 'remove' }])
  })
})

describe('suggests', () => {
  const bound = (rules: string) =>
    stateOf(`
apiVersion: ${RBAC}
kind: Role
metadata: { name: debugger, namespace: shop }
rules: ${rules}
---
apiVersion: ${RBAC}
kind: RoleBinding
metadata: { name: debugger, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: debugger }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ada }]
`)
  const EXEC = '{ apiGroups: [""], resources: [pods/exec, pods/attach], verbs: [create, get] }'
  const finding = { object: { apiVersion: RBAC, kind: 'RoleBinding', namespace: 'shop', name: 'debugger' }, check: 'access/exec-attach' }

  it.each([
    [`[${EXEC}]`, 'none'],
    ['[{ apiGroups: [""], resources: [secrets], verbs: [get, list, watch] }]', 'none'],
    [`[${EXEC}, { apiGroups: [""], resources: [pods], verbs: [get, list] }]`, 'read-only'],
    ['[{ apiGroups: [""], resources: [secrets, configmaps], verbs: [get] }]', 'read-only'],
    ['[{ apiGroups: [""], resources: ["*"], verbs: [get] }]', 'read-only'],
  ])('for %s: %s', (rules, preset) => {
    expect(answersOf(wizard, bound(rules), {}, finding)).toMatchObject({ binding: 'debugger', preset })
  })

  it('rights from least to most', () => {
    expect(wizard.fields.find((f) => f.name === 'preset')).toMatchObject({
      options: ['none', 'log-reader', 'secret-free-viewer', 'read-only', 'developer', 'deployer', 'custom'],
    })
  })
})

describe('refuses', () => {
  it.each([
    [{ binding: 'nothing' }, 'no ClusterRoleBinding named nothing was seen'],
    [{ binding: 'cluster-admin', moveSubjects: [] }, 'belong to the cluster itself'],
    [{ binding: 'cluster-admin', moveSubjects: ['Group system:masters'] }, 'made by the API server at its start'],
    [{ binding: 'kubeadm:cluster-admins', moveSubjects: ['Group kubeadm:cluster-admins'] }, 'made by kubeadm'],
    [{ moveSubjects: ['User bob'] }, 'Its subjects are: ServiceAccount ci/runner, User ada.'],
    [{ inNamespaces: [] }, 'in which namespaces do the new rights apply?'],
    [{ inNamespaces: ['nowhere'] }, 'no namespace nowhere'],
    [{ bindingScope: 'namespace', bindingNamespace: '' }, 'in which namespace is the binding?'],
  ])('%o', (given, words) => {
    expect(refusalOf(wizard, SAMPLE, { binding: 'ci-admin', ...given })).toContain(words)
  })

  it('to take the last full rights from the operator', () => {
    const given = { binding: 'ci-admin', preset: 'none' }
    expect(refusalOf(wizard, alone('ada'), given)).toContain('the only binding that gives full rights')
    expect(planOf(wizard, alone('ada', ['system:masters']), given)).toHaveLength(1)
    expect(planOf(wizard, alone('ada'), { ...given, moveSubjects: ['ServiceAccount ci/runner'] })).toHaveLength(1)
    expect(planOf(wizard, alone('eve'), given)).toHaveLength(1)
  })

  it('a binding in a state that holds none', () => {
    expect(refusalOf(wizard, EMPTY, { binding: 'ci-admin' })).toContain('was seen in this cluster')
  })
})

describe('says before yes', () => {
  it('what is lost, and what is given', () => {
    const lines = impactsOf(wizard, SAMPLE, { binding: 'ci-admin', preset: 'deployer', inNamespaces: ['ci'] })
    expect(lines).toContain('danger: ServiceAccount ci/runner can no longer do everything (cluster-admin) in all namespaces.')
    expect(lines.join()).toContain('can create workloads')
  })

  it('that the operator loses rights, that the last administrator goes, or that it is not known who asks', () => {
    const kubeadm = { ...SAMPLE, kinds: { ...SAMPLE.kinds, identity: alone('ada').kinds.identity } }
    expect(impactsOf(wizard, kubeadm, { binding: 'ci-admin', preset: 'none' }).join()).toContain(
      'You are ada and lose these rights yourself',
    )
    expect(impactsOf(wizard, alone('eve'), { binding: 'ci-admin', preset: 'none' }).join()).toContain('No other binding gives full rights')
    const unknown = { ...SAMPLE, kinds: { ...SAMPLE.kinds, identity: undefined } }
    expect(impactsOf(wizard, unknown, { binding: 'ci-admin', preset: 'none' }).join()).toContain('could not be seen')
  })
})
