import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { type RecordingProxy, startRecordingProxy } from '../cluster/proxy.ts'
import { command, emptyHome } from './command.ts'

// Values that exist nowhere else; the second is only inside a last-applied annotation's copy of the first apply.
const MARKS = ['mark-plain-8f1c2d7be4', 'mark-applied-93ab77c01d', 'mark-token-55d0e8a1fc']

let cluster: TestCluster
let proxy: RecordingProxy

beforeAll(async () => {
  cluster = await startCluster({ name: 'no-secret' })
  for (const ns of ['shop', 'payments']) await cluster.createNamespace(ns)
  await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'db', `--from-literal=password=${MARKS[0]}`])
  const applied = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'applied', namespace: 'shop' }, stringData: { key: MARKS[1] } }
  await cluster.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(applied) })
  const token = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'token', namespace: 'payments', annotations: { note: MARKS[2] } },
    stringData: { a: 'b' },
  }
  await cluster.kubectl(['create', '-f', '-'], { stdin: JSON.stringify(token) })
  await cluster.kubectl(['create', 'clusterrolebinding', 'developers', '--clusterrole=cluster-admin', '--group=developers'])
  proxy = await startRecordingProxy(cluster, cluster.adminKubeconfig)
})
afterAll(async () => {
  await proxy?.stop()
  await cluster?.stop()
})

it('no Secret value crosses the wire in audit, every wizard, apply, undo and snapshot', async () => {
  const home = emptyHome()
  const out = mkdtempSync(join(tmpdir(), 'kubeharden-out-'))
  const at = ['--kubeconfig', proxy.kubeconfig]
  const runs: [string[], number][] = [
    [['audit', '-o', 'json', ...at], 0],
    [['apply', 'rbac-role', '--subject-name', 'jane', '--in-namespace', 'shop', '--yes', ...at], 0],
    [['apply', 'rbac-replace-binding', '--binding', 'developers', '--in-namespaces', 'shop', '--yes', ...at], 0],
    [['apply', 'network-policies', '--in-namespaces', 'shop,payments', '--yes', ...at], 0],
    [['apply', 'etcd-backup', '--yes', '--out', join(out, 'backup'), ...at], 0],
    [['apply', 'encryption-config', '--nodes', 'cp-1', '--yes', '--out', join(out, 'encryption'), ...at], 0],
    [['snapshot', '--out', join(out, 'state.json'), ...at], 0],
    [['journal', '-o', 'json', ...at], 0],
    [['undo', '--yes', ...at], 0],
    [['audit', '-o', 'markdown', ...at], 0],
  ]
  const texts: string[] = []
  for (const [args, code] of runs) {
    const ran = await command(args, home)
    expect(ran.code, `${args.join(' ')}\n${ran.err}`).toBe(code)
    texts.push(ran.out, ran.err)
  }
  expect(proxy.bodies().length).toBeGreaterThan(100)
  expect(proxy.search(MARKS)).toEqual([])
  // The Secrets were looked at, though: as rows without values.
  expect(proxy.bodies().some((b) => b.path.includes('/secrets'))).toBe(true)
  const files = [...filesOf(out), ...filesOf(home.HOME as string)].map((f) => readFileSync(f, 'utf8'))
  for (const mark of MARKS)
    expect([...texts, ...files].filter((t) => t.includes(mark) || t.includes(Buffer.from(mark).toString('base64')))).toEqual([])
  // Keys of the encryption configuration are in their own files only, readable by their owner alone.
  const withKeys = filesOf(join(out, 'encryption')).filter((f) => keysIn(f).length > 0)
  expect(withKeys.length).toBeGreaterThan(0)
  for (const f of withKeys) expect(statSync(f).mode & 0o777).toBe(0o600)
  const elsewhere = [
    ...texts,
    ...filesOf(home.HOME as string).map((f) => readFileSync(f, 'utf8')),
    readFileSync(join(out, 'state.json'), 'utf8'),
  ].join('\n')
  for (const key of withKeys.flatMap(keysIn)) expect(elsewhere).not.toContain(key)
  for (const key of withKeys.flatMap(keysIn)) expect(proxy.search([key])).toEqual([])
})

function keysIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/secret: "?([A-Za-z0-9+/]{22,}={0,2})"?/g)].map((m) => m[1] as string)
}

function filesOf(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
}
