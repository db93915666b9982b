import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { cliBench } from './bench.ts'

const bench = cliBench()
const dir = mkdtempSync(join(tmpdir(), 'kubeharden-learn-'))
const line = (id: string, verb: string, resource: string, username = 'system:serviceaccount:shop:ci') =>
  `${JSON.stringify({
    kind: 'Event',
    auditID: id,
    stage: 'ResponseComplete',
    verb,
    requestURI: '/',
    user: { username },
    objectRef: { resource, namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 200 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
    requestReceivedTimestamp: `2026-11-25T10:00:0${id}.000000Z`,
  })}\n`
const plain = join(dir, 'one.log')
const packed = join(dir, 'two.log.gz')
writeFileSync(plain, `${line('1', 'list', 'pods')}${line('2', 'list', 'nodes', 'system:node:n1')}{"torn`)
writeFileSync(packed, gzipSync(line('3', 'watch', 'pods')))

test('several logs, packed or not, become one role; torn lines and refused users are told', async () => {
  const { code, out, err } = await bench.run(['rbac', 'learn', plain, packed])
  expect(code).toBe(0)
  const [role, binding] = parseAllDocuments(out).map((d) => d.toJS())
  expect(role).toMatchObject({
    kind: 'Role',
    metadata: { name: 'learned-shop-ci', namespace: 'shop' },
    rules: [{ verbs: ['list', 'watch'], apiGroups: [''], resources: ['pods'] }],
  })
  expect(binding).toMatchObject({ kind: 'RoleBinding', subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: 'shop' }] })
  expect(err).toContain('of 2 allowed calls in the logs, 0 would be denied')
  expect(err).toContain('1 lines are no audit events')
  expect(err).toContain('No role for system:node:n1')
})

test('a folder is written once, and a cluster that was named is compared', async () => {
  const folder = join(dir, 'out')
  const argv = ['rbac', 'learn', plain, packed, '--out', folder]
  expect((await bench.run(argv)).code).toBe(0)
  expect(readdirSync(folder)).toEqual(['learned-shop-ci.yaml'])
  expect(readFileSync(join(folder, 'learned-shop-ci.yaml'), 'utf8')).toContain('kind: RoleBinding')
  expect((await bench.run(argv)).code).toBe(2)
  const granted = join(dir, 'granted.yaml')
  writeFileSync(
    granted,
    `${readFileSync(join(folder, 'learned-shop-ci.yaml'), 'utf8').replace('    resources:\n      - pods', '    resources:\n      - pods\n  - {verbs: [delete], apiGroups: [""], resources: [secrets]}')}`,
  )
  const { out, err } = await bench.run(['rbac', 'learn', plain, packed, '--from', granted, '-o', 'json'])
  const { subjects } = JSON.parse(out) as { subjects: { granted: { calls: number; rule: { verbs: string[] } }[] }[] }
  expect(subjects[0]?.granted.map((g) => [g.rule.verbs[0], g.calls])).toEqual([
    ['list', 2],
    ['delete', 0],
  ])
  expect(err).toContain('of the rights used, 2 are granted now and 0 are not.')
  writeFileSync(granted, readFileSync(granted, 'utf8').replace('- watch', '- delete'))
  const narrower = await bench.run(['rbac', 'learn', plain, packed, '--from', granted])
  expect(narrower.err).toContain('of the rights used, 1 are granted now and 1 are not.\n  used, and not granted now: watch pods in shop\n')
  expect(err).toContain('not used: RoleBinding shop/learned-shop-ci: delete on secrets')
})

test('a log that is not there, and a subject that is in none, are told', async () => {
  expect((await bench.run(['rbac', 'learn', join(dir, 'none.log')])).code).toBe(2)
  expect((await bench.run(['rbac', 'learn', plain, '--subject', 'nobody'])).code).toBe(2)
})
