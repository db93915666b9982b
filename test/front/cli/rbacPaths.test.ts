import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()
interface Answer {
  readonly subjects: { subject: { name: string }; reaches: string; steps: { kind: string; rights: { via: { rule: object } }[] }[] }[]
  readonly folded: number
}

test('everybody on the practice cluster, with the steps; exit 1 where there is a way', async () => {
  const { code, out } = await bench.run(['rbac', 'paths', '--practice'])
  expect(code).toBe(1)
  expect(out).toContain(`User carol: reaches cluster-admin in 1 step
  1. User carol reads Secret ci/deployer-token, which holds a token of ServiceAccount ci/deployer
       get secrets/deployer-token in namespace ci
         ClusterRoleBinding carol-secrets -> ClusterRole secret-reader, for User carol
`)
  expect(out).toContain('Group developers: is cluster-admin\n')
  const all = JSON.parse((await bench.run(['rbac', 'paths', '--practice', '--builtin', '-o', 'json'])).out) as Answer
  const own = JSON.parse((await bench.run(['rbac', 'paths', '--practice', '-o', 'json'])).out) as Answer
  expect(own.folded).toBe(all.subjects.length - own.subjects.length)
  expect(own.subjects.find((s) => s.subject.name === 'prometheus')).toMatchObject({
    reaches: 'control-plane-node',
    steps: [{ kind: 'node-proxy', rights: [{ verb: 'get', resource: 'nodes/proxy', name: 'cp-1' }] }],
  })
  expect(all.subjects.find((s) => s.subject.name === 'clusterrole-aggregation-controller')).toMatchObject({
    reaches: 'cluster-admin',
    steps: [{ kind: 'escalate-role' }],
  })
})

test('one subject: exit 1 where it has or reaches it, 0 where it does not; groups count', async () => {
  expect((await bench.run(['rbac', 'paths', 'group:contractors', '--practice'])).out).toContain('in 2 steps')
  expect((await bench.run(['rbac', 'paths', 'group:developers', '--practice'])).code).toBe(1)
  const none = await bench.run(['rbac', 'paths', 'user:nobody', '--practice'])
  expect(none).toMatchObject({ code: 0, out: 'User nobody is not known to reach cluster-admin.\n' })
  expect((await bench.run(['rbac', 'paths', 'user:nobody', '--group', 'contractors', '--practice'])).code).toBe(1)
  expect((await bench.run(['rbac', 'paths', 'sa:x', '--practice'])).code).toBe(2)
})

test('of a folder of manifests it says what it did not see', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kubeharden-paths-')), 'rbac.yaml')
  writeFileSync(
    file,
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: runner}
rules:
- {verbs: [create], apiGroups: [""], resources: [pods]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: runner}
subjects: [{kind: ServiceAccount, name: "ci", namespace: shop}]
`,
  )
  const { code, out, err } = await bench.run(['rbac', 'paths', '--from', file])
  expect(code).toBe(1)
  expect(out).toContain(
    'ServiceAccount shop/ci: reaches root on a node of the control plane, which is as good as cluster-admin, in 1 step\n',
  )
  expect(err).toContain('a node of the control plane is taken to be among them')
})
