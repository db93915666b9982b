import { expect, test } from 'vitest'
import { check as anonymousBindings } from '#checks/access/anonymous-bindings.ts'
import { check as clusterAdmin } from '#checks/access/cluster-admin-bindings.ts'
import { check as escalate } from '#checks/access/escalate-bind-impersonate.ts'
import { check as exec } from '#checks/access/exec-attach.ts'
import { check as masters } from '#checks/access/masters-group.ts'
import { check as nodesProxy } from '#checks/access/nodes-proxy.ts'
import { check as secrets } from '#checks/access/secrets-read.ts'
import { check as tokens } from '#checks/access/token-create.ts'
import { check as webhooks } from '#checks/access/webhook-write.ts'
import { check as wildcard } from '#checks/access/wildcard-rules.ts'
import { check as workloads } from '#checks/access/workload-create.ts'
import type { Check } from '#model/check.ts'
import { lines, run } from '../support.ts'
import { bind, role, rule } from './yaml.ts'

const ALL = [anonymousBindings, clusterAdmin, escalate, exec, masters, nodesProxy, secrets, tokens, webhooks, wildcard, workloads]
const said = (check: Check, yaml: string, version?: string) => lines(check, run(check, yaml, version === undefined ? {} : { version }))
const redIn = (yaml: string) => ALL.filter((check) => run(check, yaml).some((f) => f.status === 'fail')).map((check) => check.id.slice(7))
const greenIn = (yaml: string) => ALL.filter((check) => run(check, yaml).some((f) => f.status === 'pass')).map((check) => check.id.slice(7))

test('what Kubernetes and kubeadm ship is not spoken of at all', () => {
  const yaml = [
    role('ClusterRole system:discovery', 'get on paths /api /apis/*'),
    bind('ClusterRoleBinding cluster-admin', 'ClusterRole cluster-admin', 'Group system:masters', true),
    bind('ClusterRoleBinding system:discovery', 'ClusterRole system:discovery', 'Group system:authenticated', true),
    bind('ClusterRoleBinding kubeadm:cluster-admins', 'ClusterRole cluster-admin', 'Group kubeadm:cluster-admins'),
    role('Role kube-public/kubeadm:bootstrap-signer-clusterinfo', rule('get', 'configmaps', { names: ['cluster-info'] })),
    bind(
      'RoleBinding kube-public/kubeadm:bootstrap-signer-clusterinfo',
      'Role kubeadm:bootstrap-signer-clusterinfo',
      'User system:anonymous',
    ),
  ].join('---\n')
  for (const check of ALL) expect(said(check, yaml), check.id).toEqual([])
})

test('somebody added to what is shipped is spoken of, and nobody else', () => {
  const yaml = bind('ClusterRoleBinding cluster-admin', 'ClusterRole cluster-admin', 'Group system:masters, User ada', true)
  expect(said(clusterAdmin, yaml)).toEqual([
    'fail ClusterRoleBinding cluster-admin: User ada may do everything cluster-wide, through ClusterRole cluster-admin.',
  ])
  expect(said(masters, yaml)).toEqual(['pass ClusterRoleBinding cluster-admin: system:masters is not among the subjects.'])
})

test('a shipped role that was widened is no longer meant for everybody', () => {
  const yaml = [
    role('ClusterRole system:public-info-viewer', rule('list', 'secrets')),
    bind('ClusterRoleBinding system:public-info-viewer', 'ClusterRole system:public-info-viewer', 'Group system:unauthenticated', true),
  ].join('---\n')
  expect(redIn(yaml)).toEqual(['anonymous-bindings', 'secrets-read'])
})

test('cluster-admin is one red line, not eleven; other checks neither fail nor pass it', () => {
  const byName = bind('ClusterRoleBinding ops', 'ClusterRole cluster-admin', 'Group ops')
  const byRules = [
    role('ClusterRole all', rule('*', '*', { group: '*' })),
    bind('ClusterRoleBinding ops', 'ClusterRole all', 'Group ops'),
  ].join('---\n')
  const inNamespace = bind('RoleBinding shop/ops', 'ClusterRole cluster-admin', 'Group ops')
  for (const yaml of [byName, byRules, inNamespace]) {
    expect(redIn(yaml)).toEqual(['cluster-admin-bindings'])
    expect(greenIn(yaml)).toEqual(['anonymous-bindings', 'masters-group'])
  }
  expect(said(clusterAdmin, inNamespace)[0]).toMatch(/in namespace shop/)
})

test('everything in one namespace is wildcard-rules’ alone, and nobody calls it clean', () => {
  const yaml = [role('Role shop/all', rule('*', '*', { group: '*' })), bind('RoleBinding shop/all', 'Role all', 'User ada')].join('---\n')
  expect(redIn(yaml)).toEqual(['wildcard-rules'])
  expect(greenIn(yaml)).not.toContain('secrets-read')
  expect(greenIn(yaml)).not.toContain('escalate-bind-impersonate')
})

test('a partial wildcard is red for itself and for the right it hides', () => {
  const readAll = [role('ClusterRole r', rule('get list', '*', { group: '*' })), bind('ClusterRoleBinding r', 'ClusterRole r', 'User ada')]
  expect(redIn(readAll.join('---\n'))).toEqual(['exec-attach', 'nodes-proxy', 'secrets-read', 'wildcard-rules'])
  const allVerbs = [role('Role shop/r', rule('*', 'secrets')), bind('RoleBinding shop/r', 'Role r', 'User ada')]
  expect(redIn(allVerbs.join('---\n'))).toEqual(['secrets-read', 'wildcard-rules'])
})

test('watch alone reads Secrets', () => {
  const yaml = [role('Role shop/r', rule('watch', 'secrets')), bind('RoleBinding shop/r', 'Role r', 'ServiceAccount shop/spy')].join(
    '---\n',
  )
  expect(said(secrets, yaml)).toEqual(['fail RoleBinding r: ServiceAccount shop/spy may watch secrets in namespace shop, through Role r.'])
})

test('the built-in roles are judged by their rules: edit is red, view is not', () => {
  expect(redIn(bind('RoleBinding shop/dev', 'ClusterRole edit', 'Group dev'))).toEqual([
    'exec-attach',
    'secrets-read',
    'token-create',
    'workload-create',
  ])
  expect(redIn(bind('RoleBinding shop/dev', 'ClusterRole view', 'Group dev'))).toEqual([])
  expect(redIn(bind('ClusterRoleBinding dev', 'ClusterRole edit', 'Group dev'))).toContain('escalate-bind-impersonate')
})

test('cluster-scoped rights count in ClusterRoleBindings only', () => {
  const r = role('ClusterRole r', rule('get', 'nodes/proxy'))
  expect(redIn([r, bind('RoleBinding shop/r', 'ClusterRole r', 'User ada')].join('---\n'))).toEqual([])
  expect(redIn([r, bind('ClusterRoleBinding r', 'ClusterRole r', 'User ada')].join('---\n'))).toEqual(['nodes-proxy'])
})

test('get on pods/exec opens a session before 1.35, and alone none since', () => {
  const yaml = [role('Role shop/r', rule('get', 'pods/exec')), bind('RoleBinding shop/r', 'Role r', 'User ada')].join('---\n')
  const status = (version?: string) => said(exec, yaml, version)[0]?.slice(0, 4)
  expect([status('v1.34.6'), status('v1.35.0'), status('v1.36.3+k3s1'), status('garbage'), status()]).toEqual([
    'fail',
    'pass',
    'pass',
    'fail',
    'fail',
  ])
  const both = [role('Role shop/r', rule('get create', 'pods/exec')), bind('RoleBinding shop/r', 'Role r', 'User ada')].join('---\n')
  expect(said(exec, both, 'v1.36.0')[0]).toMatch(/^fail/)
})

test('bind is judged by the roles it may hand out, escalate and impersonate by where they hold', () => {
  const rbac = { group: 'rbac.authorization.k8s.io' }
  const status = (kind: 'cluster' | string, ...rules: string[]) => {
    const binding = kind === 'cluster' ? 'ClusterRoleBinding r' : `RoleBinding ${kind}/r`
    return said(escalate, [role('ClusterRole r', ...rules), bind(binding, 'ClusterRole r', 'User ada')].join('---\n'))[0]?.slice(0, 4)
  }
  expect(status('shop', rule('bind', 'clusterroles', rbac))).toBe('fail')
  expect(status('shop', rule('bind', 'clusterroles', { ...rbac, names: ['view'] }))).toBe('pass')
  expect(status('shop', rule('bind', 'clusterroles', { ...rbac, names: ['view', 'cluster-admin'] }))).toBe('fail')
  expect(status('shop', rule('bind', 'rolebindings', rbac))).toBe('pass')
  expect(status('shop', rule('escalate', 'roles', rbac))).toBe('fail')
  expect(status('shop', rule('escalate', 'clusterroles', rbac))).toBe('pass')
  expect(status('cluster', rule('escalate', 'clusterroles', { ...rbac, names: ['one'] }))).toBe('fail')
  expect(status('shop', rule('impersonate', 'serviceaccounts'))).toBe('pass')
  expect(status('kube-system', rule('impersonate', 'serviceaccounts'))).toBe('fail')
  expect(status('cluster', rule('impersonate', 'serviceaccounts'))).toBe('fail')
  expect(status('shop', rule('impersonate', 'users groups'))).toBe('pass')
  expect(status('cluster', rule('impersonate:user-info', 'users', { group: 'authentication.k8s.io' }))).toBe('fail')
  expect(status('cluster', rule('impersonate:associated-node', 'nodes', { group: 'authentication.k8s.io' }))).toBe('pass')
})

test('impersonating the service accounts of a namespace is red where one of them is cluster-admin', () => {
  const yaml = [
    bind('RoleBinding ci/dev', 'ClusterRole edit', 'Group dev'),
    bind('ClusterRoleBinding ci', 'ClusterRole cluster-admin', 'ServiceAccount ci/deployer'),
  ].join('---\n')
  expect(redIn(yaml)).toContain('escalate-bind-impersonate')
})

test('a binding to a role that is not there is neither red nor green for any right', () => {
  const yaml = bind('RoleBinding shop/r', 'Role gone', 'User ada')
  expect(redIn(yaml)).toEqual([])
  expect(greenIn(yaml)).toEqual(['anonymous-bindings', 'masters-group'])
})

test('everybody is told apart by who it is', () => {
  const to = (subject: string) => said(anonymousBindings, bind('ClusterRoleBinding x', 'ClusterRole view', subject))
  expect(to('User system:anonymous')[0]).toMatch(/^fail .*without credentials \(User system:anonymous\) has ClusterRole view cluster-wide/)
  expect(to('Group system:authenticated, User ada')[0]).toMatch(/^fail .*sign in.* \(Group system:authenticated\)/)
  expect(to('Group system:serviceaccounts')[0]).toMatch(/^fail .*service account of the cluster/)
  expect(to('Group system:serviceaccounts:shop')[0]).toMatch(/^pass/)
})
