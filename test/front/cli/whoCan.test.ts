import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()
const file = join(mkdtempSync(join(tmpdir(), 'kubeharden-who-')), 'rbac.yaml')
writeFileSync(
  file,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: scaler}
rules:
- {verbs: [patch], apiGroups: [apps], resources: [deployments/scale], resourceNames: [web]}
- {verbs: [get], nonResourceURLs: [/metrics]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: scaler, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: scaler}
subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: metrics}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: scaler}
subjects: [{kind: Group, name: monitors, apiGroup: rbac.authorization.k8s.io}]
`,
)
const ask = async (...argv: string[]) => {
  const { code, out, err } = await bench.run(['who-can', ...argv, '--from', file, '-o', 'json'])
  return { code, err, subjects: code === 0 ? (JSON.parse(out) as { subjects: { name: string; via: object[] }[] }).subjects : [] }
}

test('names subjects with binding, role and rule; a short name and a subresource are understood', async () => {
  const { subjects } = await ask('patch', 'deploy/scale', '--name', 'web', '-n', 'shop')
  expect(subjects.map((s) => s.name)).toEqual(['monitors', 'ci'])
  expect(subjects[1]).toEqual({
    kind: 'ServiceAccount',
    name: 'ci',
    namespace: 'shop',
    via: [
      {
        binding: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace: 'shop', name: 'scaler' },
        role: { kind: 'ClusterRole', name: 'scaler' },
        rule: { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['web'] },
      },
    ],
  })
})

test('a path is only given cluster-wide; -A asks for all namespaces at once', async () => {
  expect((await ask('get', '/metrics')).subjects.map((s) => s.name)).toEqual(['monitors'])
  expect((await ask('patch', 'deploy/scale', '--name', 'web', '-A')).subjects.map((s) => s.name)).toEqual(['monitors'])
  expect((await ask('patch', 'deploy/scale', '-n', 'shop')).subjects).toEqual([])
})

test('says what it took for granted, and refuses what it cannot mean', async () => {
  expect((await ask('get', 'gadgets')).err).toContain('gadgets is not known here')
  expect((await ask('get', 'po')).err).toContain('In namespace default')
  expect((await ask('get', 'po', '-n', 'a', '-A')).code).toBe(2)
  expect((await ask('get', '/metrics', '--name', 'a')).code).toBe(2)
})

test('as a table, on the practice cluster', async () => {
  const { code, out } = await bench.run(['who-can', '*', '*', '-A', '--practice'])
  expect(code).toBe(0)
  expect(out).toContain('Group system:masters')
  expect(out).toContain('ClusterRoleBinding cluster-admin -> ClusterRole cluster-admin')
})
