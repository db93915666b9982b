import { expect, test } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()

test('what a subject can do, as a table and as JSON', async () => {
  const table = await bench.run(['rbac', 'can', 'group:developers', '--practice'])
  expect(table.code).toBe(0)
  expect(table.out).toContain('Group developers\n  in groups system:authenticated')
  expect(table.out).toContain('* on *.*, *\n      ClusterRoleBinding developers -> ClusterRole cluster-admin, for Group developers\n')
  expect(table.out).toContain('critical: not kept: cluster-admin is held only where it is needed (access/cluster-admin-bindings, R01)')
  const { code, out } = await bench.run(['rbac', 'can', 'sa:shop/api', '--practice', '-o', 'json', '--group', 'developers'])
  expect(code).toBe(0)
  const answer = JSON.parse(out) as { subject: object; groups: string[]; clusterWide: object[] }
  expect(answer.subject).toEqual({ kind: 'ServiceAccount', namespace: 'shop', name: 'api' })
  expect(answer.groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated', 'developers'])
  expect(JSON.stringify(answer.clusterWide)).toContain('system:service-account-issuer-discovery')
})

test('refuses what names nobody, and flags that exclude each other', async () => {
  expect((await bench.run(['rbac', 'can', 'sa:ci', '--practice'])).code).toBe(2)
  expect((await bench.run(['rbac', 'can', 'user:a', '-n', 'x', '-A', '--practice'])).code).toBe(2)
})
