import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliBench } from './bench.ts'

const bench = cliBench()
const folder = mkdtempSync(join(tmpdir(), 'kubeharden-reach-'))

test('of a token: its claims, whom it becomes, what ends it; and not one byte of the token', async () => {
  const claims = {
    iss: 'https://kubernetes.default.svc',
    sub: 'system:serviceaccount:shop:api',
    exp: 4_000_000_000,
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'api', uid: 'u' }, pod: { name: 'api-0', uid: 'p' } },
  }
  const token = `aGVhZGVy.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`
  const file = join(folder, 'token')
  writeFileSync(file, token)
  const table = await bench.run(['rbac', 'reach', '--token', file, '--practice'])
  expect(table.code).toBe(1)
  expect(table.out).toContain(
    'ServiceAccount shop/api\n  in groups system:serviceaccounts, system:serviceaccounts:shop, system:authenticated\n',
  )
  expect(table.out).toContain('service account token, bound to Pod api-0, ends 2096-10-02T07:06:40.000Z')
  expect(table.out).toContain('reaches root on a node of the control plane, which is as good as cluster-admin, in 1 step:')
  expect(table.out).toContain('  - Delete Pod shop/api-0: that ends the token')
  const { out } = await bench.run(['rbac', 'reach', '--token', file, '--practice', '-o', 'json'])
  const answer = JSON.parse(out) as {
    reachesClusterAdmin: boolean
    identities: { subject: { name: string }; steps: object[] }[]
    credential: object
  }
  expect(answer.reachesClusterAdmin).toBe(true)
  expect(answer.identities.map((i) => i.subject.name)).toContain('web')
  for (const part of token.split('.')) expect(`${table.out}${table.err}${out}`).not.toContain(part)
})

test('of a subject that reaches nothing: exit 0', async () => {
  const { code, out } = await bench.run(['rbac', 'reach', 'user:nobody', '--practice'])
  expect(code).toBe(0)
  expect(out).toContain('reads Secrets: nowhere')
  expect(out).toContain('is not known to reach cluster-admin.')
})

test('refuses nobody, two credentials, and what cannot be read', async () => {
  const codes = [
    ['rbac', 'reach'],
    ['rbac', 'reach', '--token', 'a', '--certificate', 'b'],
    ['rbac', 'reach', '--token', join(folder, 'none')],
    ['rbac', 'reach', '--certificate', join(folder, 'token')],
  ]
  for (const argv of codes) expect((await bench.run([...argv, '--practice'])).code).toBe(2)
})
