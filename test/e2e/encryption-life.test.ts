import { mkdtempSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '../cluster/apiserver.ts'
import { command, emptyHome } from './command.ts'

/*
 * The whole life on a real API server, each step by a process of its own: nothing but what the API server announces and what is
 * kept on disk leads from one to the next. What the script does on a node, a restart with the written file does here.
 */

let cluster: TestCluster
let home: Record<string, string>
let folders = 0
const base = mkdtempSync(join(tmpdir(), 'kubeharden-life-'))

beforeAll(async () => {
  cluster = await startCluster({ name: 'life' })
  await cluster.createNamespace('shop')
  home = emptyHome()
  for (let i = 0; i < 4; i += 1)
    await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', `s-${i}`, `--from-literal=word=plain-${i}`])
})
afterAll(() => cluster?.stop())

const kubeharden = (...args: string[]) => command([...args, '--kubeconfig', cluster.adminKubeconfig], home)

/** The next step, written and put in force; the words of the preview. */
async function step(...answers: string[]): Promise<string> {
  folders += 1
  const out = join(base, String(folders))
  const ran = await kubeharden('apply', 'encryption-config', '--nodes', 'cp-1', '--yes', '--out', out, ...answers)
  expect(ran.code, ran.err).toBe(0)
  const file = join(out, 'cp-1/kube-apiserver/files/1-encryption-config.yaml')
  const written = await stat(file).catch(() => undefined)
  if (written !== undefined) expect(written.mode & 0o777).toBe(0o600)
  await cluster.restartApiserver(written === undefined ? [] : [`--encryption-provider-config=${file}`])
  await everySecretReads()
  return ran.out
}

/** By name, which asks etcd and not the watch cache. */
async function everySecretReads(): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    const answer = await cluster.api(`/api/v1/namespaces/shop/secrets/s-${i}`)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(Buffer.from(`plain-${i}`).toString('base64'))
  }
}

async function allStored(prefix: RegExp): Promise<void> {
  for (const key of await cluster.etcdKeys('/registry/secrets/')) expect((await cluster.etcdGet(key)).toString('latin1')).toMatch(prefix)
}

const PLAIN = /^(?!k8s:enc:)/
const refused = async (words: string) => {
  const ran = await kubeharden('apply', 'encryption-config', '--nodes', 'cp-1', '--yes', '--out', join(base, 'refused'))
  expect(ran.err).toContain(words)
  expect(ran.code).toBe(2)
}
const next = async () => /Next: (.*)/.exec((await kubeharden('encryption', 'status')).out)?.[1]
const rewrite = async () => {
  const ran = await kubeharden('encryption', 'rewrite', '--yes', '--rate', '1000')
  expect(ran.code, ran.err).toBe(0)
  expect(ran.out).toContain('Proven:')
}
const judged = async (check: string) => {
  const ran = await kubeharden('audit', '-o', 'json', '--check', check)
  return (JSON.parse(ran.out) as { checks: { status: string }[] }).checks[0]?.status
}

it('first encryption, a new key, and back to plain text', async () => {
  expect(await judged('encryption/at-rest')).toBe('fail')
  expect(await step()).toContain('After this step: identity, secretbox:key1')
  await allStored(PLAIN)
  await step()
  expect(await next()).toContain('kubeharden encryption rewrite')
  await refused('no key is taken away without it')
  await allStored(PLAIN)
  await rewrite()
  await allStored(/^k8s:enc:secretbox:v1:key1:/)
  expect(await judged('encryption/plaintext-left')).toBe('pass')
  await step()
  expect(await next()).toContain('nothing; a new key begins')

  await step('--key-name', 'key2', '--provider', 'aesgcm')
  await step()
  await allStored(/^k8s:enc:secretbox:v1:key1:/)
  await rewrite()
  await allStored(/^k8s:enc:aesgcm:v1:key2:/)
  await step()

  await step('--situation', 'decrypt')
  await step()
  await refused('stored again and proven')
  await rewrite()
  await allStored(PLAIN)
  expect(await step()).toContain('After this step: no configuration')
  expect(await kubeharden('journal').then((r) => r.out)).toContain('rewrite')
}, 600_000)
